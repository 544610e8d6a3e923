package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCpuOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCpuOptionsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceEventStartTimeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceEventStartTimeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMaintenanceOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMaintenanceOptionsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyPrivateDnsNameOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyPrivateDnsNameOptionsResponse;

/** Changes what {@link InstanceChoices} keeps, and how many of its type's processors an instance has. Thread-safe. */
@ApplicationScoped
class InstanceChoiceActions implements ActionModule {
    private final Database database;
    private final EventLog events;
    private final InstanceTypes types;
    private final ZoneSignal signal;
    private final LaunchNetwork network;

    @Inject
    InstanceChoiceActions(
            Database database, EventLog events, InstanceTypes types, ZoneSignal signal, ZoneNetworks networks) {
        this(database, events, types, signal, networks.network());
    }

    InstanceChoiceActions(
            Database database, EventLog events, InstanceTypes types, ZoneSignal signal, LaunchNetwork network) {
        this.database = database;
        this.events = events;
        this.types = types;
        this.signal = signal;
        this.network = network;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "ModifyInstanceMaintenanceOptions",
                ModifyInstanceMaintenanceOptionsRequest::builder,
                this::maintenance);
        registry.add(
                Service.EC2, "ModifyPrivateDnsNameOptions", ModifyPrivateDnsNameOptionsRequest::builder, this::names);
        registry.add(
                Service.EC2, "ModifyInstanceCpuOptions", ModifyInstanceCpuOptionsRequest::builder, this::processors);
        registry.add(
                Service.EC2,
                "ModifyInstanceEventStartTime",
                ModifyInstanceEventStartTimeRequest::builder,
                this::eventStart);
    }

    ModifyInstanceMaintenanceOptionsResponse maintenance(
            RequestContext context, ModifyInstanceMaintenanceOptionsRequest request) {
        var recovery = request.autoRecoveryAsString();
        if (request.rebootMigrationAsString() != null) {
            throw InstanceErrors.unsupported(
                    "No instance type of this cloud supports migration at a reboot: leave RebootMigration out.");
        }
        var disabled = LaunchWishes.recoveryDisabled(required(recovery, "AutoRecovery"));
        var row = change(
                context,
                request.instanceId(),
                instance -> instance.choices = instance.choices.withRecoveryDisabled(disabled));
        return ModifyInstanceMaintenanceOptionsResponse.builder()
                .instanceId(row.id)
                .autoRecovery(InstanceAnswers.autoRecovery(row))
                .build();
    }

    /** A guest hears of a new host name with its next start, which is why it must be stopped for that. */
    ModifyPrivateDnsNameOptionsResponse names(RequestContext context, ModifyPrivateDnsNameOptionsRequest request) {
        var type = request.privateDnsHostnameTypeAsString();
        var a = request.enableResourceNameDnsARecord();
        var aaaa = request.enableResourceNameDnsAAAARecord();
        if (network.flat() && (Boolean.TRUE.equals(a) || Boolean.TRUE.equals(aaaa))) {
            throw InstanceErrors.unsupported("DNS records of resource names cannot be had in a flat network.");
        }
        change(context, request.instanceId(), instance -> {
            if (type != null) {
                InstanceAttributes.requireStopped(instance, "PrivateDnsHostnameType");
            }
            var names = instance.choices.names().changed(type, a, aaaa);
            if (!names.equals(instance.choices.names())) {
                instance.choices = instance.choices.with(names);
                instance.wantAgain();
            }
        });
        return ModifyPrivateDnsNameOptionsResponse.builder().returnValue(true).build();
    }

    ModifyInstanceCpuOptionsResponse processors(RequestContext context, ModifyInstanceCpuOptionsRequest request) {
        if (request.nestedVirtualizationAsString() != null) {
            throw InstanceErrors.unsupported("Hosts decide on nested virtualization in this cloud: leave it out.");
        }
        if (request.coreCount() == null) {
            throw InstanceErrors.missing("CoreCount");
        }
        if (request.threadsPerCore() == null) {
            throw InstanceErrors.missing("ThreadsPerCore");
        }
        LaunchWishes.checkThreads(request.threadsPerCore());
        var row = change(context, request.instanceId(), instance -> {
            InstanceAttributes.requireStopped(instance, "CpuOptions");
            instance.machine = instance.machine.withCores(request.coreCount(), types.require(instance.machine.type()));
            instance.wantAgain();
        });
        return ModifyInstanceCpuOptionsResponse.builder()
                .instanceId(row.id)
                .coreCount(row.machine.vcpus())
                .threadsPerCore(1)
                .build();
    }

    /** Nothing is scheduled for instances of this cloud, so no event has the id. */
    ModifyInstanceEventStartTimeResponse eventStart(
            RequestContext context, ModifyInstanceEventStartTimeRequest request) {
        var id = required(request.instanceId(), "InstanceId");
        var event = required(request.instanceEventId(), "InstanceEventId");
        if (request.notBefore() == null) {
            throw InstanceErrors.missing("NotBefore");
        }
        database.read(entities -> InstanceRows.one(entities, context.account(), id));
        throw AwsException.client(
                "InvalidInstanceEventIDNotFound", "The instance " + id + " has no event with the ID " + event);
    }

    private Instance change(RequestContext context, @Nullable String given, Consumer<Instance> work) {
        var ids = InstanceRows.checkIds(List.of(required(given, "InstanceId")));
        var changed = database.call(entities -> {
            var row = InstanceRows.lock(entities, context.account(), ids).getFirst();
            if (InstanceState.TERMINAL.contains(row.state)) {
                throw InstanceErrors.notStopped(row.id, row.state, "its options; it never comes back");
            }
            var before = row.machine;
            work.accept(row);
            if (!row.machine.equals(before)) {
                LaunchUsage.forget(entities, context.account());
            }
            events.append(
                    new ChangeCause(
                            context.action(), context.caller().arn(), context.requestId(), "A user changed an option"),
                    "instance.modified",
                    row.id,
                    context.account(),
                    Map.of("generation", row.generation));
            return row;
        });
        if (!changed.settled) {
            signal.changed(changed.zone);
        }
        return changed;
    }

    private static String required(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw InstanceErrors.missing(parameter);
        }
        return value;
    }
}
