package io.coppice.cloud.identity;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.store.Database;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When access keys were last used. Uses are noted in memory and written down together once a minute, so a request costs no
 * write; a crash loses the last minute. Thread-safe.
 */
@Singleton
public final class KeyUses implements BackgroundTask {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int LONGEST_TEXT = 64;
    private static final int MOST_NOTED = 100_000;

    private final Database database;
    private final BackgroundLoop loop;
    private final Map<String, KeyUse> noted = new ConcurrentHashMap<>();

    /** For the container and for tests. */
    public KeyUses(Database database, Clock clock) {
        this.database = database;
        this.loop = new BackgroundLoop(name(), EVERY, this::writeDown, clock);
    }

    @Override
    public String name() {
        return "access-key-uses";
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
        writeDown();
    }

    /** The last use of a key: what this process saw, else what is written down. */
    public Optional<KeyUse> lastUse(AccessKeyRow key) {
        return Optional.ofNullable(noted.get(key.id())).or(key::lastUse);
    }

    void note(String accessKeyId, KeyUse use) {
        if (noted.size() < MOST_NOTED || noted.containsKey(accessKeyId)) {
            noted.put(accessKeyId, new KeyUse(use.at(), shortened(use.service()), shortened(use.region())));
        }
    }

    /** Clients write what they like into the scope. */
    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
    }

    /** Writes down what was noted; what is noted meanwhile stays for the next time. */
    void writeDown() {
        var batch = noted.entrySet().stream().map(Map.Entry::copyOf).toList();
        if (batch.isEmpty()) {
            return;
        }
        database.run(entities -> entities.createNativeQuery("""
                        update {h-schema}access_keys k
                        set last_used_at = u.at, last_used_service = u.service, last_used_region = u.region
                        from unnest(cast(:ids as varchar[]), cast(:times as timestamptz[]),
                          cast(:services as varchar[]), cast(:regions as varchar[])) as u(id, at, service, region)
                        where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)""")
                .setParameter("ids", batch.stream().map(Map.Entry::getKey).toArray(String[]::new))
                .setParameter(
                        "times",
                        batch.stream()
                                .map(noted -> noted.getValue()
                                        .at()
                                        .atOffset(ZoneOffset.UTC)
                                        .toString())
                                .toArray(String[]::new))
                .setParameter(
                        "services",
                        batch.stream().map(noted -> noted.getValue().service()).toArray(String[]::new))
                .setParameter(
                        "regions",
                        batch.stream().map(noted -> noted.getValue().region()).toArray(String[]::new))
                .executeUpdate());
        batch.forEach(entry -> noted.remove(entry.getKey(), entry.getValue()));
    }
}
