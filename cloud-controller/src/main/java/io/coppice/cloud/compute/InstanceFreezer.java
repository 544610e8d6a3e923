package io.coppice.cloud.compute;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.GuestFreezer;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.node.v1.HostAction;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Has the hosts of instances freeze and thaw them. Thread-safe. */
@ApplicationScoped
class InstanceFreezer implements GuestFreezer {
    /** A host answers sooner: it gives agents less. */
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final Database database;
    private final InstanceConsoles.ZoneLinks links;

    InstanceFreezer(Database database, InstanceConsoles.ZoneLinks links) {
        this.database = database;
        this.links = links;
    }

    @Override
    public Optional<Freeze> freeze(String instanceId, Collection<String> volumeIds) {
        return zone(instanceId).map(zone -> begin(zone, instanceId, volumeIds));
    }

    /** The zone of an instance whose guest has an agent. */
    private Optional<String> zone(String instanceId) {
        return database.call(entities -> entities.createQuery(
                        "select i.zone from Instance i where i.id = :id and i.state = RUNNING and i.guestAgent = true",
                        String.class)
                .setParameter("id", instanceId)
                .getResultStream()
                .findFirst());
    }

    private Freeze begin(String zone, String instanceId, Collection<String> volumeIds) {
        var request = AskHostRequest.newBuilder()
                .setInstanceId(instanceId)
                .setHoldId(UUID.randomUUID().toString())
                .addAllVolumeIds(volumeIds);
        var begun = ask(zone, request.setAction(HostAction.HOST_ACTION_FREEZE).build());
        return switch (begun) {
            // Nothing to end; and where its host has not answered, that thaws it by itself.
            case Outcome.NotFrozen failed -> () -> failed;
            case Outcome.Frozen frozen ->
                () -> ask(zone, request.setAction(HostAction.HOST_ACTION_THAW).build());
        };
    }

    private Outcome ask(String zone, AskHostRequest request) {
        var link = links.of(zone);
        if (link.isEmpty()) {
            return new Outcome.NotFrozen("its zone is not connected");
        }
        try {
            return new Outcome.Frozen(
                    Integer.parseInt(link.get().askHost(request, DEADLINE).toStringUtf8()));
        } catch (StatusRuntimeException e) {
            return new Outcome.NotFrozen(
                    e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION
                            ? Objects.requireNonNullElse(e.getStatus().getDescription(), "its host could not do it")
                            : "its host did not answer");
        } catch (NumberFormatException e) {
            return new Outcome.NotFrozen("its host's answer is not understood");
        }
    }
}
