package io.coppice.cluster.zone;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.zone.Dispatcher.Round;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.InventoryItem;
import java.util.HashSet;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes what hosts see into the tables. Guarded by the zone's lock. */
final class Sightings {
    private static final Logger LOG = Logger.getLogger(Sightings.class);

    private final ZoneTables tables;
    private final ZoneEventLog log;
    private final Dispatcher dispatcher;
    private final Rivals rivals;

    Sightings(ZoneTables tables, ZoneEventLog log, Dispatcher dispatcher, Rivals rivals) {
        this.tables = tables;
        this.log = log;
        this.dispatcher = dispatcher;
        this.rivals = rivals;
    }

    /** One sighting by a host. */
    void observe(HostRecord host, Observation observation, Round round) {
        var instance = instanceOf(host, observation);
        if (instance == null || dispatcher.moveOn(instance, observation, round)) {
            return;
        }
        var known = instance.observation().orElse(null);
        instance.observe(observation);
        if (!observation.equals(known)) {
            log.append(observation);
        }
        if (observation.getPhase() == Phase.PHASE_GONE && isUnwanted(instance)) {
            tables.remove(instance);
        } else if (instance.isConfirmed()) {
            tables.unconfirmed().remove(instance);
        }
    }

    /** All that a host has: what the zone believed there and is not in it, is not there. */
    void inventory(HostRecord host, Inventory inventory, Round round) {
        var told = new HashSet<String>();
        for (InventoryItem item : inventory.getItemsList()) {
            var observation = item.getObservation();
            told.add(observation.getInstanceId());
            observe(host, observation, round);
            var instance = item.hasMachine() ? find(observation.getInstanceId()) : null;
            if (instance != null) {
                instance.described(item);
            }
        }
        rivals.onlyOn(host, told);
        for (var instance : List.copyOf(host.instances().values())) {
            if (!told.contains(instance.id().value())) {
                missing(instance, round.nowMillis());
            }
            instance.sendAnew();
        }
    }

    private void missing(InstanceRecord instance, long nowMillis) {
        if (isUnwanted(instance)) {
            dispatcher.end(instance, nowMillis);
        } else if (instance.hasRun()) {
            LOG.errorf(
                    "host %s lost %s",
                    instance.host() == null ? "?" : instance.host().id(), instance.id());
            var generation =
                    instance.desired().map(DesiredInstance::getGeneration).orElse(0L);
            var lost = Dispatcher.said(instance, generation, Phase.PHASE_FAILED, nowMillis)
                    .setFailure(Failure.newBuilder()
                            .setCode("Server.InternalError")
                            .setMessage("The host no longer has the instance or its disk."))
                    .build();
            instance.observe(lost);
            log.append(lost);
        } else if (!instance.nothingLeft()) {
            instance.forgetObservation();
        }
    }

    private static boolean isUnwanted(InstanceRecord instance) {
        return instance.desired().isEmpty() || instance.wants(PowerState.POWER_STATE_TERMINATED);
    }

    private @Nullable InstanceRecord find(String id) {
        return tables.instances().get(new InstanceId(id));
    }

    /** The instance that a host speaks of, now known to be there; null when the host may not speak of it. */
    private @Nullable InstanceRecord instanceOf(HostRecord host, Observation observation) {
        InstanceId id;
        try {
            id = new InstanceId(observation.getInstanceId());
        } catch (MalformedIdException e) {
            LOG.warnf("host %s spoke of \"%s\", which is no instance: ignored", host.id(), e.getMessage());
            return null;
        }
        var instance = tables.instance(id);
        var before = instance.host();
        if (instance.hasFailedOn(host.id())) {
            LOG.debugf("%s has left host %s: its report comes too late", id, host.id());
            return null;
        }
        if (before == null) {
            instance.assign(host);
        } else if (before != host) {
            if (instance.observation().isPresent()) {
                rivals.met(instance, host, observation);
                return null;
            }
            LOG.warnf("%s was meant for host %s but is on host %s", id, before.id(), host.id());
            instance.assign(host);
        }
        return instance;
    }
}
