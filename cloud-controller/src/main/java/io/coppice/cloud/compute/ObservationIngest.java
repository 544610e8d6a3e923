package io.coppice.cloud.compute;

import io.coppice.cloud.compute.ZoneReconciler.Belongings;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.event.EventLog.NewEvent;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DiskCopyResult;
import io.coppice.proto.compute.v1.Observation;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a zone reports into the database: many reports in one transaction, each by the transition table, each change
 * with its event. Used by one thread, which gives it the zone's events in their order.
 */
final class ObservationIngest {
    private static final Logger LOG = Logger.getLogger(ObservationIngest.class);
    private static final int MISSING_BATCH = 256;

    private final Database database;
    private final EventLog events;
    private final Belongings belongings;
    private final HostRows hosts;
    private final Clock clock;
    private final String zone;
    private final ZoneNews news;
    /** Instances that the snapshot under way names; null outside of a snapshot. */
    private @Nullable Set<String> snapshot;

    ObservationIngest(
            Database database, EventLog events, Belongings belongings, Clock clock, String zone, ZoneNews news) {
        this.database = database;
        this.events = events;
        this.belongings = belongings;
        this.hosts = new HostRows(clock);
        this.clock = clock;
        this.zone = zone;
        this.news = news;
    }

    /** Takes in a run of events; either all of it is kept or none. Returns whether the reconciler has something to do. */
    boolean ingest(List<ZoneEvent> run) {
        var observations = new ArrayList<Observation>();
        var work = false;
        for (var event : run) {
            switch (event.getBodyCase()) {
                case OBSERVATION -> observations.add(event.getObservation());
                case HOST -> {
                    work |= observe(observations);
                    database.run(
                            entities -> hosts.save(entities, event.getHost().getHost()));
                }
                case SNAPSHOT_BEGIN -> {
                    work |= observe(observations);
                    snapshot = new HashSet<>();
                }
                case SNAPSHOT_END -> {
                    work |= observe(observations);
                    endSnapshot(event.getSnapshotEnd().getCompleteNodeIdsList());
                    work = true;
                }
                case KEEP_ALIVE, BODY_NOT_SET -> {
                    // It only shows that the connection lives.
                }
            }
        }
        var last = observe(observations);
        return work || last;
    }

    /** The stream ended: a snapshot that was under way is worth nothing. Returns whether one was. */
    boolean streamEnded() {
        var cut = snapshot != null;
        snapshot = null;
        return cut;
    }

    private boolean observe(List<Observation> observations) {
        if (observations.isEmpty()) {
            return false;
        }
        var listed = snapshot;
        if (listed != null) {
            observations.forEach(seen -> listed.add(seen.getInstanceId()));
        }
        var ids = new TreeSet<String>();
        observations.forEach(seen -> ids.add(seen.getInstanceId()));
        var changes = new Changes();
        var work = database.call(entities -> {
            var rows = InstanceRows.lockToObserve(entities, ids);
            var unsettled = false;
            for (var seen : observations) {
                var row = rows.get(seen.getInstanceId());
                if (row == null) {
                    LOG.warnf(
                            "host %s reports the instance %s (%s), which this cloud does not know; it is left alone",
                            seen.getNodeId(), seen.getInstanceId(), seen.getPhase());
                    continue;
                }
                unsettled |= observe(row, seen, changes, clock.instant());
            }
            write(entities, changes);
            return unsettled;
        });
        // Not before it is committed: until then the rows do not say that the zone answers.
        news.spokeOf(changes.ids());
        observations.clear();
        return work;
    }

    /** Returns whether the zone must be told something now. */
    private static boolean observe(Instance row, Observation seen, Changes changes, Instant now) {
        var phase = InstancePhase.of(seen.getPhase());
        if (phase.isEmpty()) {
            return false;
        }
        if (row.isLeftover(seen)) {
            row.removeLeftover(seen);
            changes.rows.add(row);
            return true;
        }
        var home = row.home();
        if (row.observeRan(phase.get())) {
            changes.rows.add(row);
        }
        var news = row.isNews(seen);
        if (news) {
            var before = Picture.of(row);
            row.observe(seen, phase.get(), now);
            changes.add(row, before);
        }
        if (!row.home().equals(home)) {
            changes.moved.add(row.id);
        }
        if (!news) {
            return false;
        }
        if (seen.hasVolumes()) {
            changes.volumes.put(row.id, seen.getVolumes().getVolumeIdsList());
        }
        if (seen.hasDiskCopy()) {
            changes.copies.put(row.id, seen.getDiskCopy());
        }
        return !row.settled && row.appliedAt == null;
    }

    private void endSnapshot(Collection<String> completeNodes) {
        var listed = snapshot;
        snapshot = null;
        if (listed != null && !completeNodes.isEmpty()) {
            missing(completeNodes, listed);
        }
        news.startedAnew();
    }

    /** What a host with a complete inventory should have and does not list is gone. */
    private void missing(Collection<String> completeNodes, Set<String> listed) {
        var absent = database.call(entities -> placedOn(entities, completeNodes)).stream()
                .filter(id -> !listed.contains(id))
                .sorted()
                .toList();
        for (var from = 0; from < absent.size(); from += MISSING_BATCH) {
            var batch = absent.subList(from, Math.min(from + MISSING_BATCH, absent.size()));
            var changes = new Changes();
            database.run(entities -> {
                for (var row : InstanceRows.lockToObserve(entities, batch).values()) {
                    var before = Picture.of(row);
                    row.observeMissing(clock.instant());
                    changes.add(row, before);
                }
                write(entities, changes);
            });
            news.spokeOf(changes.ids());
        }
    }

    private List<String> placedOn(EntityManager entities, Collection<String> nodes) {
        return entities.createQuery(
                        "select i.id from Instance i where i.zone = :zone and i.nodeId in :nodes"
                                + " and i.state <> TERMINATED and i.phase <> GONE",
                        String.class)
                .setParameter("zone", zone)
                .setParameter("nodes", nodes)
                .getResultList();
    }

    private void write(EntityManager entities, Changes changes) {
        InstanceRows.writeObserved(entities, changes.rows);
        events.appendAll(changes.events);
        belongings.network().release(entities, changes.ended);
        belongings.volumes().moved(entities, changes.moved);
        belongings.volumes().observed(entities, changes.volumes);
        belongings.volumes().ended(entities, changes.ended);
        changes.copies.forEach((id, result) -> belongings.copies().observed(entities, id, result));
    }

    /** What one transaction has changed: rows, its events in their order, and the instances that have ended. */
    private static final class Changes {
        /** Each once: a row is the same object throughout the transaction. */
        private final Set<Instance> rows = Collections.newSetFromMap(new IdentityHashMap<>());

        private final List<NewEvent> events = new ArrayList<>();
        private final List<String> ended = new ArrayList<>();
        /** Instances that have another home than before. */
        private final Set<String> moved = new TreeSet<>();

        /** What hosts last said which volumes instances have, where they looked. */
        private final Map<String, List<String>> volumes = new HashMap<>();

        /** What hosts last said of the copies of root disks that they were asked for. */
        private final Map<String, DiskCopyResult> copies = new HashMap<>();

        void add(Instance row, Picture before) {
            rows.add(row);
            var now = Picture.of(row);
            if (before.state() != now.state()) {
                events.add(event(row, "instance.state-changed", before.state().awsName()));
                if (now.state() == InstanceState.TERMINATED) {
                    ended.add(row.id);
                }
            } else if (before.phase() != now.phase()) {
                events.add(event(row, "instance.phase-changed", before.state().awsName()));
            }
        }

        List<String> ids() {
            return rows.stream().map(row -> row.id).toList();
        }

        private static NewEvent event(Instance row, String kind, String from) {
            var facts = new HashMap<String, Object>();
            facts.put("from", from);
            facts.put("state", row.state.awsName());
            facts.put("phase", row.phase.name().toLowerCase(Locale.ROOT));
            facts.put("generation", row.generation);
            facts.put("host", row.nodeId);
            if (!row.reasonCode.isEmpty()) {
                facts.put("reason", row.reasonCode);
            }
            var summary = row.reasonMessage.isEmpty() ? "The zone reported it" : row.reasonMessage;
            return new NewEvent(
                    new ChangeCause("observation", "coppice", "", summary),
                    kind,
                    row.id,
                    new AccountId(row.accountId),
                    facts);
        }
    }

    /** What an event is written about. */
    private record Picture(InstanceState state, InstancePhase phase) {
        static Picture of(Instance row) {
            return new Picture(row.state, row.phase);
        }
    }
}
