package io.coppice.cloud.compute;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.compute.InstanceStates.ActionOutcome;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.VolumeAttachments;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesResponse;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

/**
 * Start, stop, reboot and terminate: changes what is desired and answers. All instances of a request change or none.
 * Thread-safe.
 */
final class InstancePower {
    private final Database database;
    private final EventLog events;
    private final VolumeAttachments volumes;
    private final Clock clock;
    private final ZoneSignal signal;

    InstancePower(Database database, EventLog events, VolumeAttachments volumes, Clock clock, ZoneSignal signal) {
        this.database = database;
        this.volumes = volumes;
        this.events = events;
        this.clock = clock;
        this.signal = signal;
    }

    StartInstancesResponse start(RequestContext context, StartInstancesRequest request) {
        return StartInstancesResponse.builder()
                .startingInstances(change(context, InstanceAction.START, request.instanceIds(), false))
                .build();
    }

    StopInstancesResponse stop(RequestContext context, StopInstancesRequest request) {
        if (Boolean.TRUE.equals(request.hibernate())) {
            throw InstanceErrors.unsupported("Instances of this cloud cannot hibernate: stop them instead");
        }
        return StopInstancesResponse.builder()
                .stoppingInstances(change(
                        context, InstanceAction.STOP, request.instanceIds(), Boolean.TRUE.equals(request.force())))
                .build();
    }

    RebootInstancesResponse reboot(RequestContext context, RebootInstancesRequest request) {
        change(context, InstanceAction.REBOOT, request.instanceIds(), false);
        return RebootInstancesResponse.builder().build();
    }

    TerminateInstancesResponse terminate(RequestContext context, TerminateInstancesRequest request) {
        return TerminateInstancesResponse.builder()
                .terminatingInstances(change(context, InstanceAction.TERMINATE, request.instanceIds(), false))
                .build();
    }

    private List<InstanceStateChange> change(
            RequestContext context, InstanceAction action, List<String> given, boolean force) {
        var ids = InstanceRows.requireIds(given);
        var zones = new TreeSet<String>();
        var answer = database.call(entities -> {
            var changes = new ArrayList<InstanceStateChange>();
            for (var instance : InstanceRows.lock(entities, context.account(), ids)) {
                zones.add(instance.zone);
                if (action == InstanceAction.START && instance.image.onVolume()) {
                    requireRoot(entities, instance);
                }
                changes.add(change(context, action, instance, force));
            }
            return changes;
        });
        zones.forEach(signal::changed);
        return answer;
    }

    private void requireRoot(EntityManager entities, Instance instance) {
        var held = volumes.of(entities, List.of(instance.id)).getOrDefault(instance.id, List.of());
        if (held.stream().noneMatch(each -> LaunchVolumes.isRoot(each.device()))) {
            throw InstanceErrors.withoutRoot(instance.id, instance.image.rootDeviceName());
        }
    }

    private InstanceStateChange change(
            RequestContext context, InstanceAction action, Instance instance, boolean force) {
        refuseProtected(instance, action);
        var before = instance.state;
        var outcome = InstanceStates.decide(before, action);
        if (outcome instanceof ActionOutcome.Refused refused) {
            throw InstanceErrors.incorrectState(instance.id, before, action, refused.reason());
        }
        var generation = instance.generation;
        instance.carryOut(outcome, force, clock.instant());
        if (instance.generation != generation) {
            record(context, instance, before);
        }
        return InstanceAnswers.change(instance.id, before, instance.state);
    }

    private static void refuseProtected(Instance instance, InstanceAction action) {
        var alive = !InstanceState.TERMINAL.contains(instance.state);
        if (action == InstanceAction.TERMINATE && alive && instance.options.terminationDisabled()) {
            throw InstanceErrors.protectedAgainst(instance.id, "terminated", "disableApiTermination");
        }
        if (action == InstanceAction.STOP && alive && instance.options.stopDisabled()) {
            throw InstanceErrors.protectedAgainst(instance.id, "stopped", "disableApiStop");
        }
    }

    private void record(RequestContext context, Instance instance, InstanceState before) {
        events.append(
                new ChangeCause(context.action(), context.caller().arn(), context.requestId(), "A user asked for it"),
                instance.state == before ? "instance.reboot-requested" : "instance.state-changed",
                instance.id,
                context.account(),
                Map.of(
                        "from", before.awsName(),
                        "state", instance.state.awsName(),
                        "generation", instance.generation));
    }
}
