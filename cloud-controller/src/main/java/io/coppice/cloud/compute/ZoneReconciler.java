package io.coppice.cloud.compute;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.compute.v1.DesiredInstance;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jboss.logging.Logger;

/**
 * Brings one zone to what is desired: hands over the instances that are not as desired and were not handed over, or not
 * heard of, for a while. Takes no input but the database; running it once more is always safe. Used by one thread.
 */
final class ZoneReconciler {
    private static final Logger LOG = Logger.getLogger(ZoneReconciler.class);
    private static final int GIVE_UP_BATCH = 256;

    private final Database database;
    private final ZoneLink link;
    private final ImageUrls imageUrls;
    private final EventLog events;
    private final AddressPool addresses;
    private final InstanceCredentials credentials;
    private final Settings settings;
    private volatile ReconcilerStatus status;

    /** What a reconciler must know of its zone and its limits. */
    record Settings(
            String zone,
            String region,
            Clock clock,
            Duration applyAgainAfter,
            int applyBatch,
            Duration unschedulableLimit) {}

    ZoneReconciler(
            Database database,
            ZoneLink link,
            ImageUrls imageUrls,
            InstanceCredentials credentials,
            EventLog events,
            AddressPool addresses,
            Settings settings) {
        this.database = database;
        this.link = link;
        this.imageUrls = imageUrls;
        this.credentials = credentials;
        this.events = events;
        this.addresses = addresses;
        this.settings = settings;
        this.status = new ReconcilerStatus(name(), null, Duration.ZERO, "not run yet", 0);
    }

    ReconcilerStatus status() {
        return status;
    }

    /** One pass. Never throws: what goes wrong stands in {@link #status} and the next pass tries again. */
    void run() {
        var start = settings.clock().instant();
        String result;
        try {
            giveUpUnschedulable();
            result = applyAll();
            credentials.refresh(
                    settings.zone(),
                    settings.applyBatch(),
                    row -> DesiredInstances.of(row, settings.region(), ""),
                    link::apply);
        } catch (RuntimeException e) {
            // The reconciler loop is where everything unexpected ends; the state in the database is as it was.
            LOG.warnf("the zone %s is not brought to what is desired: %s", settings.zone(), e.toString());
            LOG.debug("cause", e);
            result = e.toString();
        }
        status = new ReconcilerStatus(
                name(), start, Duration.between(start, settings.clock().instant()), result, backlog());
    }

    private String applyAll() {
        var unsendable = 0;
        while (true) {
            var batch = database.call(this::due);
            if (batch.isEmpty()) {
                break;
            }
            var messages = new ArrayList<DesiredInstance>(batch.size());
            for (var row : batch) {
                try {
                    messages.add(message(row));
                } catch (NoSuchElementException e) {
                    LOG.warnf("the image %s of %s is gone: %s", row.image.id(), row.id, e.getMessage());
                    unsendable++;
                }
            }
            if (!messages.isEmpty()) {
                link.apply(messages);
            }
            markApplied(batch);
            credentials.mark(batch, messages);
            if (batch.size() < settings.applyBatch()) {
                break;
            }
        }
        return unsendable == 0 ? "ok" : unsendable + " instances wait for an image that is gone";
    }

    private DesiredInstance message(Instance row) {
        var runs = row.desired == DesiredPower.RUNNING;
        var url = runs ? imageUrls.of(row.image.id()) : "";
        return credentials.with(row, DesiredInstances.of(row, settings.region(), url));
    }

    private List<Instance> due(EntityManager entities) {
        return entities.createQuery(
                        "select i from Instance i where i.zone = :zone and i.settled = false"
                                + " and (i.appliedAt is null or i.appliedAt < :before)"
                                + " order by i.appliedAt nulls first, i.serial",
                        Instance.class)
                .setParameter("zone", settings.zone())
                .setParameter("before", settings.clock().instant().minus(settings.applyAgainAfter()))
                .setMaxResults(settings.applyBatch())
                .getResultList();
    }

    /** Only what was handed over: an instance that changed meanwhile is due again. */
    private void markApplied(List<Instance> batch) {
        database.run(entities -> entities.createNativeQuery("""
                update {h-schema}instances i set applied_at = :now
                from unnest(cast(:ids as varchar[]), cast(:generations as bigint[])) as sent(id, generation)
                where i.id = sent.id and i.generation = sent.generation""")
                .setParameter("now", settings.clock().instant().atOffset(java.time.ZoneOffset.UTC))
                .setParameter("ids", batch.stream().map(i -> i.id).toArray(String[]::new))
                .setParameter(
                        "generations", batch.stream().map(i -> i.generation).toArray(Long[]::new))
                .executeUpdate());
    }

    private void giveUpUnschedulable() {
        var now = settings.clock().instant();
        var deadline = now.minus(settings.unschedulableLimit());
        database.run(entities -> {
            var late = entities.createQuery(
                            "select i from Instance i where i.zone = :zone and i.unschedulableSince < :deadline"
                                    + " order by i.id",
                            Instance.class)
                    .setParameter("zone", settings.zone())
                    .setParameter("deadline", deadline)
                    .setLockMode(jakarta.persistence.LockModeType.PESSIMISTIC_WRITE)
                    .setMaxResults(GIVE_UP_BATCH)
                    .getResultList();
            late.forEach(row -> giveUp(row, now));
            addresses.release(
                    entities,
                    late.stream()
                            .filter(row -> row.state == InstanceState.TERMINATED)
                            .map(row -> row.id)
                            .toList());
        });
    }

    private void giveUp(Instance row, Instant now) {
        var before = row.state;
        row.giveUpScheduling(now);
        events.append(
                new ChangeCause(
                        "reconciler",
                        "coppice",
                        "",
                        "No host could take the instance for "
                                + settings.unschedulableLimit().toSeconds() + " s"),
                "instance.state-changed",
                row.id,
                new AccountId(row.accountId),
                Map.of("from", before.awsName(), "state", row.state.awsName(), "reason", row.reasonCode));
    }

    /** After a zone has told all it knows, everything that is not as desired is due at once. */
    void zoneStartedAnew() {
        database.run(entities -> entities.createQuery(
                        "update Instance i set i.appliedAt = null where i.zone = :zone and i.settled = false")
                .setParameter("zone", settings.zone())
                .executeUpdate());
    }

    private long backlog() {
        try {
            return database.call(entities -> entities.createQuery(
                            "select count(i) from Instance i where i.zone = :zone and i.settled = false", Long.class)
                    .setParameter("zone", settings.zone())
                    .getSingleResult());
        } catch (RuntimeException e) {
            LOG.debug("the backlog cannot be counted", e);
            return -1;
        }
    }

    private String name() {
        return "instances " + settings.zone();
    }
}
