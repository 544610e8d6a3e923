package io.coppice.cloud.compute;

import io.coppice.cloud.compute.LaunchNetwork.Endpoints;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.InstanceCopies;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.PowerState;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings one zone to what is desired: hands over the instances that are not as desired and were not handed over, or not
 * heard of, for a while. Takes no input but the database; running it once more is always safe. Used by one thread.
 */
final class ZoneReconciler implements ZoneNews {
    private static final Logger LOG = Logger.getLogger(ZoneReconciler.class);
    private static final int GIVE_UP_BATCH = 256;
    /** A zone answers within moments; more of them than this are waiting for hosts, and their rows say so. */
    private static final int MOST_HANDED_OVER = 1024;
    /** A launch that nobody can take is given up after minutes: looking at each signal would find nothing new. */
    private static final Duration GIVE_UP_EVERY = Duration.ofSeconds(1);

    private static final String MARK_APPLIED = """
            update instances i set applied_at = ?
            from (select c.id from instances c
                    join unnest(?, ?) as sent(id, generation) on c.id = sent.id and c.generation = sent.generation
                    for update of c skip locked) as held,
                (select set_config('synchronous_commit', 'off', true)) as unhurried
            where i.id = held.id""";

    private final Database database;
    private final ZoneLink link;
    private final ImageUrls imageUrls;
    private final EventLog events;
    private final LaunchNetwork network;
    private final VolumeAttachments volumes;
    private final InstanceCopies copies;
    private final InstanceCredentials credentials;
    private final Settings settings;
    private final HandOvers handedOver = new HandOvers(MOST_HANDED_OVER);
    private Instant nextGiveUp = Instant.MIN;
    private volatile Pass last = new Pass(null, Duration.ZERO, "not run yet");

    private record Pass(@Nullable Instant start, Duration duration, String result) {}

    /** What instances have besides their rows. */
    record Belongings(LaunchNetwork network, VolumeAttachments volumes, InstanceCopies copies) {}

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
            Belongings belongings,
            Settings settings) {
        this.database = database;
        this.link = link;
        this.imageUrls = imageUrls;
        this.credentials = credentials;
        this.events = events;
        this.network = belongings.network();
        this.volumes = belongings.volumes();
        this.copies = belongings.copies();
        this.settings = settings;
    }

    /** How it is; counts the backlog. */
    ReconcilerStatus status() {
        var pass = last;
        return new ReconcilerStatus(name(), pass.start(), pass.duration(), pass.result(), backlog());
    }

    /** One pass. Never throws: what goes wrong stands in {@link #status} and the next pass tries again. */
    void run() {
        var start = settings.clock().instant();
        String result;
        try {
            if (!start.isBefore(nextGiveUp)) {
                giveUpUnschedulable(start);
                nextGiveUp = start.plus(GIVE_UP_EVERY);
            }
            result = applyAll();
            credentials.refresh(
                    settings.zone(),
                    settings.applyBatch(),
                    row -> desired(row, "", database.read(entities -> belongingTo(entities, List.of(row)))),
                    link::apply);
        } catch (RuntimeException e) {
            // The reconciler loop is where everything unexpected ends; the state in the database is as it was.
            LOG.warnf("the zone %s is not brought to what is desired: %s", settings.zone(), e.toString());
            LOG.debug("cause", e);
            result = e.toString();
        }
        last = new Pass(start, Duration.between(start, settings.clock().instant()), result);
    }

    private String applyAll() {
        var unsendable = 0;
        while (true) {
            var due = database.read(this::due);
            var batch = due.rows();
            if (batch.isEmpty()) {
                break;
            }
            var messages = new ArrayList<DesiredInstance>(batch.size());
            for (var row : batch) {
                if (waitsForRoot(row, due.volumesOf(row))) {
                    continue;
                }
                try {
                    messages.add(message(row, due));
                } catch (NoSuchElementException e) {
                    LOG.warnf("the image %s of %s is gone: %s", row.image.id(), row.id, e.getMessage());
                    unsendable++;
                }
            }
            handOver(batch, messages);
            credentials.mark(batch, messages);
            if (batch.size() < settings.applyBatch()) {
                break;
            }
        }
        return unsendable == 0 ? "ok" : unsendable + " instances wait for an image that is gone";
    }

    /** Remembered before it is done: the answer may be here before the call returns. */
    private void handOver(List<Instance> batch, List<DesiredInstance> messages) {
        var remembered = handedOver.remember(batch, settings.clock().instant());
        try {
            if (!messages.isEmpty()) {
                link.apply(messages);
            }
        } catch (RuntimeException e) {
            handedOver.forget(batch.stream().map(row -> row.id).toList());
            throw e;
        }
        if (!remembered) {
            markApplied(batch);
        }
    }

    /** No host can start a guest without its root disk: the instance is due again when that is served. */
    private static boolean waitsForRoot(Instance row, List<AttachedVolume> attached) {
        return row.image.onVolume()
                && row.desired == DesiredPower.RUNNING
                && DesiredInstances.rootOf(row, attached).isEmpty();
    }

    private DesiredInstance message(Instance row, Due due) {
        var runs = row.desired == DesiredPower.RUNNING;
        var url = runs && !row.image.onVolume() ? imageUrls.of(row.image.id()) : "";
        return credentials.with(row, desired(row, url, due));
    }

    private DesiredInstance desired(Instance row, String imageUrl, Due due) {
        var message = DesiredInstances.of(
                row, settings.region(), imageUrl, due.endpoints().get(row.id), due.volumesOf(row));
        var copy = due.copies().get(row.id);
        return copy == null || message.getPower() == PowerState.POWER_STATE_TERMINATED
                ? message
                : message.toBuilder().setDiskCopy(copy).build();
    }

    /** What is to be handed over, as it was at one moment; all but the rows by instance. */
    private record Due(
            List<Instance> rows,
            Map<String, Endpoints> endpoints,
            Map<String, List<AttachedVolume>> volumes,
            Map<String, DiskCopy> copies) {
        List<AttachedVolume> volumesOf(Instance row) {
            return volumes.getOrDefault(row.id, List.of());
        }
    }

    private Due due(EntityManager entities) {
        var since = settings.clock().instant().minus(settings.applyAgainAfter());
        var rows = InstanceRows.due(entities, settings.zone(), since, handedOver.since(since), settings.applyBatch());
        return belongingTo(entities, rows);
    }

    private Due belongingTo(EntityManager entities, List<Instance> rows) {
        if (rows.isEmpty()) {
            return new Due(rows, Map.of(), Map.of(), Map.of());
        }
        var ids = rows.stream().map(row -> row.id).toList();
        return new Due(
                rows, network.endpoints(entities, rows), volumes.desired(entities, ids), copies.desired(entities, ids));
    }

    /**
     * Only what was handed over: an instance that changed meanwhile is due again. Nobody waits: neither for the disk (should
     * the database lose this, the same is handed over once more) nor for whoever writes the row now, which is either a
     * report, after which the row is not due, or a new wish, after which it must be.
     */
    private void markApplied(List<Instance> batch) {
        database.run(entities -> PlainSql.update(
                entities,
                MARK_APPLIED,
                settings.clock().instant().atOffset(ZoneOffset.UTC),
                batch.stream().map(i -> i.id).toArray(String[]::new),
                batch.stream().map(i -> i.generation).toArray(Long[]::new)));
    }

    private void giveUpUnschedulable(Instant now) {
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
            var ended = late.stream()
                    .filter(row -> row.state == InstanceState.TERMINATED)
                    .map(row -> row.id)
                    .toList();
            network.release(entities, ended);
            volumes.ended(entities, ended);
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

    @Override
    public void spokeOf(Collection<String> instanceIds) {
        handedOver.forget(instanceIds);
    }

    /** After a zone has told all it knows, everything that is not as desired is due at once. */
    @Override
    public void startedAnew() {
        handedOver.clear();
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
