package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.Hypervisor;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.proto.node.v1.ConsoleChunk;
import io.coppice.proto.node.v1.HostRequest;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Does what is asked of a running guest at once. Blocks. */
final class HostActions {
    private static final Logger LOG = Logger.getLogger(HostActions.class);
    private static final int MAX_VOLUMES = 64;

    private HostActions() {}

    /** What to deliver, or why it cannot be done. */
    static List<ConsoleChunk> carryOut(Hypervisor hypervisor, FrozenGuests frozen, HostRequest request, NodeId node) {
        try {
            var instance = new InstanceId(request.getInstanceId());
            return switch (request.getAction()) {
                case HOST_ACTION_SCREENSHOT ->
                    ConsoleTail.chunks(
                            ByteString.copyFrom(hypervisor.screenshot(instance)), 0, request.getRequestId(), node);
                case HOST_ACTION_INTERRUPT -> {
                    hypervisor.interrupt(instance);
                    yield ConsoleTail.chunks(ByteString.EMPTY, 0, request.getRequestId(), node);
                }
                case HOST_ACTION_FREEZE -> told(request, node, freeze(frozen, instance, request));
                case HOST_ACTION_THAW -> told(request, node, frozen.thaw(instance, request.getHoldId()));
                case HOST_ACTION_UNSPECIFIED, UNRECOGNIZED -> failed(request, node, "its host is too old for this");
            };
        } catch (HypervisorException e) {
            LOG.warnf(e, "%s: %s of %s failed", node, request.getAction(), request.getInstanceId());
            return failed(request, node, "its host could not do it");
        } catch (MalformedIdException e) {
            return failed(request, node, "its id is malformed");
        }
    }

    private static Freeze freeze(FrozenGuests frozen, InstanceId instance, HostRequest request) {
        if (request.getVolumeIdsCount() > MAX_VOLUMES) {
            return new Freeze.Failed("more volumes are named than an instance has");
        }
        var volumes = request.getVolumeIdsList().stream().map(VolumeId::new).collect(Collectors.toSet());
        return frozen.freeze(instance, request.getHoldId(), volumes);
    }

    private static List<ConsoleChunk> told(HostRequest request, NodeId node, Freeze freeze) {
        return switch (freeze) {
            case Freeze.Held(var fileSystems) ->
                ConsoleTail.chunks(
                        ByteString.copyFromUtf8(Integer.toString(fileSystems)), 0, request.getRequestId(), node);
            case Freeze.Failed(var why) -> failed(request, node, why);
        };
    }

    private static List<ConsoleChunk> failed(HostRequest request, NodeId node, String why) {
        return List.of(ConsoleChunk.newBuilder()
                .setRequestId(request.getRequestId())
                .setNodeId(node.value())
                .setFailure(why)
                .build());
    }
}
