package io.coppice.cloud.compute;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.InstanceMonitoring;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsResponse;
import software.amazon.awssdk.services.ec2.model.MonitorInstancesRequest;
import software.amazon.awssdk.services.ec2.model.MonitorInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Monitoring;
import software.amazon.awssdk.services.ec2.model.ResetInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.UnmonitorInstancesRequest;
import software.amazon.awssdk.services.ec2.model.UnmonitorInstancesResponse;

/** Reads and changes single attributes of instances. Thread-safe. */
final class InstanceAttributes {
    private static final Set<String> RESETTABLE = Set.of("kernel", "ramdisk", "sourceDestCheck");

    private final Database database;
    private final EventLog events;
    private final InstanceLauncher.Catalogue catalogue;
    private final ZoneSignal signal;
    private final LaunchNetwork network;

    InstanceAttributes(
            Database database,
            EventLog events,
            InstanceLauncher.Catalogue catalogue,
            ZoneSignal signal,
            LaunchNetwork network) {
        this.database = database;
        this.events = events;
        this.catalogue = catalogue;
        this.signal = signal;
        this.network = network;
    }

    DescribeInstanceAttributeResponse describe(RequestContext context, DescribeInstanceAttributeRequest request) {
        var id = required(request.instanceId(), "InstanceId");
        var attribute = required(request.attributeAsString(), "Attribute");
        return database.call(entities -> {
            var row = InstanceRows.one(entities, context.account(), id);
            network.load(entities, List.of(row));
            row.volumes = catalogue.volumes().of(entities, List.of(row.id)).getOrDefault(row.id, List.of());
            var answer = DescribeInstanceAttributeResponse.builder().instanceId(row.id);
            switch (attribute) {
                case "instanceType" -> answer.instanceType(InstanceAnswers.text(row.machine.type()));
                case "userData" ->
                    answer.userData(InstanceAnswers.text(
                            row.userData.length == 0
                                    ? null
                                    : Base64.getEncoder().encodeToString(row.userData)));
                case "disableApiTermination" -> answer.disableApiTermination(bool(row.options.terminationDisabled()));
                case "disableApiStop" -> answer.disableApiStop(bool(row.options.stopDisabled()));
                case "instanceInitiatedShutdownBehavior" ->
                    answer.instanceInitiatedShutdownBehavior(
                            InstanceAnswers.text(row.options.shutdownBehavior().awsName()));
                case "sourceDestCheck" -> answer.sourceDestCheck(bool(InstanceAnswers.sourceDestCheck(row)));
                case "ebsOptimized" -> answer.ebsOptimized(bool(row.options.ebsOptimized()));
                case "enaSupport" -> answer.enaSupport(bool(true));
                case "rootDeviceName" -> answer.rootDeviceName(InstanceAnswers.text(row.image.rootDeviceName()));
                case "groupSet" -> answer.groups(InstanceAnswers.groups(row));
                case "blockDeviceMapping" -> answer.blockDeviceMappings(InstanceRootVolumes.mappings(row));
                case "productCodes" -> answer.productCodes(List.of());
                case "enclaveOptions" -> answer.enclaveOptions(e -> e.enabled(false));
                case "kernel", "ramdisk", "sriovNetSupport" -> {
                    // Known attributes that an instance of this cloud never has.
                }
                default ->
                    throw InstanceErrors.invalid("attribute", attribute, "It is not an attribute of an instance.");
            }
            return answer.build();
        });
    }

    ModifyInstanceAttributeResponse modify(RequestContext context, ModifyInstanceAttributeRequest request) {
        change(context, required(request.instanceId(), "InstanceId"), row -> modify(row, request));
        return ModifyInstanceAttributeResponse.builder().build();
    }

    private void modify(Instance row, ModifyInstanceAttributeRequest request) {
        AttributeRules.checkOne(request);
        var options = modifyOptions(row, request);
        var changed = modifyByName(row, request.attributeAsString(), request.value()) || options;
        if (request.instanceType() != null) {
            resize(row, required(request.instanceType().value(), "InstanceType.Value"));
            changed = true;
        }
        if (request.userData() != null) {
            var data = request.userData().value();
            // The SDK has decoded the base64 of the wire here, unlike in RunInstances.
            setUserData(row, data == null ? new byte[0] : data.asByteArray());
            changed = true;
        }
        if (!request.groups().isEmpty()) {
            database.run(entities -> network.regroup(entities, row, request.groups()));
            changed = true;
        }
        if (!request.blockDeviceMappings().isEmpty()) {
            var wished = AttributeRules.endOfDisks(row, request);
            database.run(entities -> catalogue.volumes().goWithInstance(entities, row.id, wished));
            changed = true;
        }
        if (!changed && !AttributeRules.changesNothing(row, request)) {
            throw InstanceErrors.combination("No attributes specified.");
        }
    }

    private boolean modifyOptions(Instance row, ModifyInstanceAttributeRequest request) {
        var before = row.options;
        var given = false;
        if (request.disableApiTermination() != null) {
            row.options = row.options.withTerminationDisabled(isTrue(request.disableApiTermination()));
            given = true;
        }
        if (request.disableApiStop() != null) {
            row.options = row.options.withStopDisabled(isTrue(request.disableApiStop()));
            given = true;
        }
        if (request.instanceInitiatedShutdownBehavior() != null) {
            row.options = row.options.withShutdownBehavior(LaunchParser.behavior(required(
                    request.instanceInitiatedShutdownBehavior().value(), "InstanceInitiatedShutdownBehavior.Value")));
            given = true;
        }
        if (request.sourceDestCheck() != null) {
            database.run(entities -> network.checkSourceDest(entities, row, isTrue(request.sourceDestCheck())));
            given = true;
        }
        if (request.ebsOptimized() != null) {
            requireStopped(row, "ebsOptimized");
            row.options = row.options.withEbsOptimized(isTrue(request.ebsOptimized()));
            given = true;
        }
        return given || !before.equals(row.options);
    }

    /** The older form of the request: Attribute and Value. */
    private boolean modifyByName(Instance row, @Nullable String attribute, @Nullable String value) {
        if (attribute == null || value == null) {
            return false;
        }
        switch (attribute) {
            case "instanceType" -> resize(row, value);
            case "userData" -> setUserData(row, LaunchParser.userData(value));
            case "disableApiTermination" ->
                row.options = row.options.withTerminationDisabled(Boolean.parseBoolean(value));
            case "disableApiStop" -> row.options = row.options.withStopDisabled(Boolean.parseBoolean(value));
            case "instanceInitiatedShutdownBehavior" ->
                row.options = row.options.withShutdownBehavior(LaunchParser.behavior(value));
            case "sourceDestCheck" -> row.options = row.options.withSourceDestCheck(Boolean.parseBoolean(value));
            case "ebsOptimized" -> {
                requireStopped(row, attribute);
                row.options = row.options.withEbsOptimized(Boolean.parseBoolean(value));
            }
            case "kernel", "ramdisk", "sriovNetSupport" -> AttributeRules.fixed(row, attribute);
            default -> throw InstanceErrors.invalid("attribute", attribute, "It cannot be changed.");
        }
        return true;
    }

    ResetInstanceAttributeResponse reset(RequestContext context, ResetInstanceAttributeRequest request) {
        var attribute = required(request.attributeAsString(), "Attribute");
        if (!RESETTABLE.contains(attribute)) {
            throw InstanceErrors.invalid(
                    "attribute", attribute, "Only kernel, ramdisk and sourceDestCheck can be reset.");
        }
        change(context, required(request.instanceId(), "InstanceId"), row -> {
            if (attribute.equals("sourceDestCheck")) {
                row.options = row.options.withSourceDestCheck(true);
            } else {
                // It boots what its image says, which is what a reset means.
                requireStopped(row, attribute);
            }
        });
        return ResetInstanceAttributeResponse.builder().build();
    }

    ModifyInstanceMetadataOptionsResponse modifyMetadata(
            RequestContext context, ModifyInstanceMetadataOptionsRequest request) {
        var row = change(context, required(request.instanceId(), "InstanceId"), instance -> {
            var wished = LaunchParser.metadata(
                    instance.metadata,
                    request.httpTokensAsString(),
                    request.httpPutResponseHopLimit(),
                    request.httpEndpointAsString(),
                    request.instanceMetadataTagsAsString(),
                    request.httpProtocolIpv6AsString());
            var defaults = database.call(entities -> catalogue.accounts().forLaunch(entities, context.account()));
            instance.metadata = LaunchWishes.enforced(wished, defaults);
            instance.wantAgain();
        });
        return ModifyInstanceMetadataOptionsResponse.builder()
                .instanceId(row.id)
                .instanceMetadataOptions(InstanceAnswers.metadataOf(row))
                .build();
    }

    MonitorInstancesResponse monitor(RequestContext context, MonitorInstancesRequest request) {
        return MonitorInstancesResponse.builder()
                .instanceMonitorings(monitor(context, request.instanceIds(), true))
                .build();
    }

    UnmonitorInstancesResponse unmonitor(RequestContext context, UnmonitorInstancesRequest request) {
        return UnmonitorInstancesResponse.builder()
                .instanceMonitorings(monitor(context, request.instanceIds(), false))
                .build();
    }

    private List<InstanceMonitoring> monitor(RequestContext context, List<String> given, boolean on) {
        var ids = InstanceRows.requireIds(given);
        return database.call(entities -> InstanceRows.lock(entities, context.account(), ids).stream()
                .map(row -> {
                    row.options = row.options.withMonitoring(on);
                    return InstanceMonitoring.builder()
                            .instanceId(row.id)
                            .monitoring(Monitoring.builder()
                                    .state(on ? "enabled" : "disabled")
                                    .build())
                            .build();
                })
                .toList());
    }

    private Instance change(RequestContext context, String id, Consumer<Instance> work) {
        var ids = InstanceRows.checkIds(List.of(id));
        var row = database.call(entities -> {
            var instance = InstanceRows.lock(entities, context.account(), ids).getFirst();
            if (InstanceState.TERMINAL.contains(instance.state)) {
                throw InstanceErrors.notStopped(id, instance.state, "its attributes; it never comes back");
            }
            var before = instance.machine;
            work.accept(instance);
            if (!instance.machine.equals(before)) {
                LaunchUsage.forget(entities, context.account());
            }
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "A user changed an attribute"),
                    "instance.modified",
                    id,
                    context.account(),
                    Map.of("generation", instance.generation));
            return instance;
        });
        if (!row.settled) {
            signal.changed(row.zone);
        }
        return row;
    }

    private void resize(Instance row, String type) {
        requireStopped(row, "instanceType");
        row.machine = row.machine.resized(catalogue.types().require(type));
        row.wantAgain();
    }

    private static void setUserData(Instance row, byte[] data) {
        requireStopped(row, "userData");
        if (data.length > LaunchParser.MAX_USER_DATA_BYTES) {
            throw InstanceErrors.invalid(
                    "userData", data.length + " bytes", "User data is limited to 16384 bytes before encoding.");
        }
        row.userData = data;
        row.wantAgain();
    }

    static void requireStopped(Instance row, String attribute) {
        if (row.state != InstanceState.STOPPED) {
            throw InstanceErrors.notStopped(row.id, row.state, attribute);
        }
    }

    private static AttributeBooleanValue bool(boolean value) {
        return AttributeBooleanValue.builder().value(value).build();
    }

    private static boolean isTrue(AttributeBooleanValue value) {
        return Boolean.TRUE.equals(value.value());
    }

    private static String required(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw InstanceErrors.missing(parameter);
        }
        return value;
    }
}
