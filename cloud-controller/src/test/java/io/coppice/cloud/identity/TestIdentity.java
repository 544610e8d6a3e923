package io.coppice.cloud.identity;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** The identity feature on a database of its own, with the first account made: a fixture. */
public final class TestIdentity implements AutoCloseable {
    private final TestDatabase database;
    private final Path dataDir;
    private final SecretBox secrets;
    private final Invalidations invalidations = new Invalidations();
    private final Clock clock;

    private TestIdentity(TestDatabase database, Path dataDir, Clock clock) {
        this.database = database;
        this.dataDir = dataDir;
        this.secrets = SecretBox.open(dataDir);
        this.clock = clock;
    }

    /** Starts a database and makes the first account. */
    public static TestIdentity start(Path dataDir, Clock clock) {
        var database = TestDatabase.start(AccountRow.class, UserRow.class, AccessKeyRow.class, JoinTokenRow.class);
        var identity = new TestIdentity(database, dataDir, clock);
        identity.bootstrap().run();
        return identity;
    }

    /** What makes the first account. */
    public Bootstrap bootstrap() {
        return new Bootstrap(database, secrets, dataDir, clock);
    }

    /** The keys, with a cache of their own. */
    public AccessKeys keys() {
        return new AccessKeys(database, secrets, invalidations, clock);
    }

    /** Stamps requests that are passed on. */
    public OriginKey originKey() {
        return OriginKey.of(secrets);
    }

    /** IAM and STS. */
    public List<ActionModule> modules() {
        return List.of(new IamActions(users()), new StsActions());
    }

    /** The first access key. */
    public Credentials credentials() throws IOException {
        var lines = Files.readAllLines(dataDir.resolve("credentials"));
        return new Credentials(
                lines.getFirst().replace("AWS_ACCESS_KEY_ID=", ""), lines.get(1).replace("AWS_SECRET_ACCESS_KEY=", ""));
    }

    Users users() {
        return new Users(database, secrets, invalidations, clock);
    }

    Invalidations invalidations() {
        return invalidations;
    }

    TestDatabase database() {
        return database;
    }

    @Override
    public void close() {
        database.close();
    }

    /** An access key. */
    public record Credentials(String id, String secret) {}
}
