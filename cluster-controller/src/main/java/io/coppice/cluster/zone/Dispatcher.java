package io.coppice.cluster.zone;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.schedule.Demand;
import io.coppice.cluster.schedule.Placement;
import io.coppice.cluster.schedule.Scheduler;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.ClusterMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Brings wishes to hosts: chooses a host where there is none, sends, and sends again until the host confirms. Takes no
 * input: it looks at the tables and does what is due. Guarded by the zone's lock.
 */
final class Dispatcher {
    private static final Logger LOG = Logger.getLogger(Dispatcher.class);
    /** A launch that this many hosts have given up will hardly succeed on one more. */
    private static final int MAX_HOSTS_TRIED = 3;

    private static final String NO_CAPACITY = "Server.InsufficientInstanceCapacity";
    private static final String INTERNAL_ERROR = "Server.InternalError";

    private final ZoneSettings settings;
    private final Scheduler scheduler;
    private final ZoneTables tables;
    private final Networks networks;
    private final ImagePlaces images;
    private final ZoneEventLog log;

    Dispatcher(
            ZoneSettings settings,
            Scheduler scheduler,
            ZoneTables tables,
            Networks networks,
            ImagePlaces images,
            ZoneEventLog log) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.tables = tables;
        this.networks = networks;
        this.images = images;
        this.log = log;
    }

    /**
     * One pass over what is due.
     *
     * @param settled whether every host that may carry something has told what it carries
     * @param refused sizes that found no room in this pass, so that they are not tried again in it
     */
    record Round(long nowMillis, boolean settled, Set<Demand> refused) {
        static Round at(long nowMillis, boolean settled) {
            return new Round(nowMillis, settled, new HashSet<>());
        }
    }

    /** Does what is due for all instances. */
    void dispatchAll(Round round) {
        List.copyOf(tables.unconfirmed()).forEach(instance -> dispatch(instance, round));
    }

    /** Does what is due for one instance. */
    void dispatch(InstanceRecord instance, Round round) {
        var wish = instance.desired().orElse(null);
        if (wish == null || instance.isConfirmed()) {
            tables.unconfirmed().remove(instance);
            return;
        }
        tables.unconfirmed().add(instance);
        if (instance.host() == null && !wish.getNodeId().isEmpty()) {
            sendHome(instance, wish, round);
        }
        var host = instance.host();
        if (host != null) {
            deliver(instance, wish, host, round);
        } else if (wish.getPower() == PowerState.POWER_STATE_TERMINATED) {
            endIfNowhere(instance, wish, round);
        } else if (wish.getNodeId().isEmpty()) {
            place(instance, wish, round);
        }
    }

    /** Nothing of the instance is left anywhere: tells so and forgets it. */
    void end(InstanceRecord instance, long nowMillis) {
        var generation = Math.max(
                instance.desired().map(DesiredInstance::getGeneration).orElse(0L),
                instance.observation().map(Observation::getGeneration).orElse(0L));
        log.append(said(instance, generation, Phase.PHASE_GONE, nowMillis).build());
        tables.remove(instance);
    }

    private void sendHome(InstanceRecord instance, DesiredInstance wish, Round round) {
        try {
            var home = tables.host(new NodeId(wish.getNodeId()));
            if (home != null) {
                instance.assign(home);
            } else if (round.nowMillis() - instance.wishedMillis()
                    >= settings.unknownHostAfter().toMillis()) {
                refuse(instance, wish, "The host that holds the instance is not in the zone.", round);
            }
        } catch (MalformedIdException e) {
            refuse(instance, wish, "The host that holds the instance is not known.", round);
        }
    }

    private void place(InstanceRecord instance, DesiredInstance wish, Round round) {
        if (!round.settled() || round.refused().contains(instance.size())) {
            return;
        }
        switch (choose(instance, candidates(instance))) {
            case Placement.Placed(var node) -> send(instance, wish, node, round);
            case Placement.NoCapacity(var reason) -> refuseSize(instance, wish, reason, round);
            case Placement.Unsatisfiable(var reason) -> refuseSize(instance, wish, reason, round);
        }
    }

    private void refuseSize(InstanceRecord instance, DesiredInstance wish, String reason, Round round) {
        // Where it may not go says nothing of where others of its size may.
        if (!instance.company().isChoosy() && !instance.needsCeph()) {
            round.refused().add(instance.size());
        }
        refuse(instance, wish, reason, round);
    }

    /** A host that has some of its cluster group where one has room, else any of these. */
    private Placement choose(InstanceRecord instance, List<HostRecord> hosts) {
        if (instance.company().isSociable()) {
            var familiar = hosts.stream()
                    .filter(host -> host.instances().values().stream().anyMatch(instance::seeks))
                    .toList();
            if (scheduler.place(instance.size(), familiar) instanceof Placement.Placed placed) {
                return placed;
            }
        }
        return scheduler.place(instance.size(), hosts);
    }

    private List<HostRecord> candidates(InstanceRecord instance) {
        return instance.failedHosts() == 0 && !instance.company().isChoosy() && !instance.needsCeph()
                ? tables.byArrival()
                : tables.byArrival().stream()
                        .filter(host -> !instance.hasFailedOn(host.id()))
                        .filter(instance::findsVolumesOn)
                        .filter(host -> host.instances().values().stream().noneMatch(instance::keepsAwayFrom))
                        .toList();
    }

    private void send(InstanceRecord instance, DesiredInstance wish, NodeId node, Round round) {
        var host = tables.host(node);
        if (host == null) {
            throw new IllegalStateException("the scheduler chose " + node + ", which is no host of the zone");
        }
        instance.assign(host);
        instance.grantCompute();
        var scheduled = said(instance, wish.getGeneration(), Phase.PHASE_SCHEDULED, round.nowMillis())
                .build();
        instance.notice(scheduled);
        log.append(scheduled);
        deliver(instance, wish, host, round);
    }

    /**
     * Gives a launch that its host has given up, and that never ran, to another host. False when it has to fail: nobody
     * else has room, or enough hosts have tried.
     */
    boolean moveOn(InstanceRecord instance, Observation failed, Round round) {
        var wish = instance.desired().orElse(null);
        var host = instance.host();
        if (wish == null
                || host == null
                || failed.getPhase() != Phase.PHASE_FAILED
                || !failed.getFailure().getOtherHostMayHelp()
                || failed.getGeneration() != wish.getGeneration()
                || wish.getPower() != PowerState.POWER_STATE_RUNNING
                || wish.getDiskExpected()
                || instance.failedHosts() + 1 >= MAX_HOSTS_TRIED) {
            return false;
        }
        var others = candidates(instance).stream().filter(each -> each != host).toList();
        if (!(choose(instance, others) instanceof Placement.Placed(var node))) {
            return false;
        }
        LOG.warnf(
                "%s goes to host %s: host %s has given up its launch: %s",
                instance.id(), node, host.id(), failed.getFailure().getMessage());
        instance.leaveHost();
        send(instance, wish, node, round);
        return true;
    }

    private void deliver(InstanceRecord instance, DesiredInstance wish, HostRecord host, Round round) {
        if (wish.getPower() == PowerState.POWER_STATE_TERMINATED && instance.nothingLeft()) {
            end(instance, round.nowMillis());
            return;
        }
        var connection = host.connection();
        if (connection == null
                || !host.isComplete()
                || !instance.isSendingDue(
                        round.nowMillis(), settings.redeliverAfter().toMillis())) {
            return;
        }
        if (wish.getPower() == PowerState.POWER_STATE_RUNNING) {
            var wait = networks.prepare(instance, host, connection);
            if (wait.isPresent()) {
                refuse(instance, wish, INTERNAL_ERROR, wait.get(), round);
                return;
            }
        }
        if (wish.getPower() == PowerState.POWER_STATE_RUNNING && !instance.isComputeGranted()) {
            // Its disk is there and charged already; only processors and memory are asked for.
            var needed = instance.size().minus(instance.size().diskOnly());
            if (!needed.fitsInto(host.free())) {
                refuse(instance, wish, "The host that holds the instance's disk has no room for it now.", round);
                return;
            }
            instance.grantCompute();
        }
        instance.sent(round.nowMillis());
        var told = wish.toBuilder().setNodeId(host.id().value());
        if (wish.getPower() == PowerState.POWER_STATE_RUNNING && wish.hasImage()) {
            told.setImage(images.offer(host, wish.getImage(), round.nowMillis()));
        }
        connection.send(ClusterMessage.newBuilder()
                .setNodeId(host.id().value())
                .setDesired(told)
                .build());
    }

    private void endIfNowhere(InstanceRecord instance, DesiredInstance wish, Round round) {
        var allAnswer = tables.byArrival().stream().noneMatch(host -> host.state() == HostState.HOST_STATE_UNREACHABLE);
        if (wish.getNodeId().isEmpty() && round.settled() && allAnswer) {
            end(instance, round.nowMillis());
        }
    }

    private void refuse(InstanceRecord instance, DesiredInstance wish, String reason, Round round) {
        refuse(instance, wish, NO_CAPACITY, reason, round);
    }

    /** Says once per generation and reason why the instance waits. */
    private void refuse(InstanceRecord instance, DesiredInstance wish, String code, String reason, Round round) {
        var known = instance.notice().orElse(null);
        if (known != null
                && known.getPhase() == Phase.PHASE_UNSCHEDULABLE
                && known.getGeneration() == wish.getGeneration()
                && known.getFailure().getMessage().equals(reason)) {
            return;
        }
        LOG.infof("%s waits: %s", instance.id(), reason);
        var refusal = said(instance, wish.getGeneration(), Phase.PHASE_UNSCHEDULABLE, round.nowMillis())
                .setFailure(
                        Failure.newBuilder().setCode(code).setMessage(reason).setRetryable(true))
                .build();
        instance.notice(refusal);
        log.append(refusal);
    }

    /** An observation that the zone itself makes. */
    static Observation.Builder said(InstanceRecord instance, long generation, Phase phase, long nowMillis) {
        var host = instance.host();
        return Observation.newBuilder()
                .setInstanceId(instance.id().value())
                .setGeneration(generation)
                .setPhase(phase)
                .setNodeId(host == null ? "" : host.id().value())
                .setRebootCount(
                        instance.observation().map(Observation::getRebootCount).orElse(0L))
                .setObservedAtMillis(nowMillis);
    }
}
