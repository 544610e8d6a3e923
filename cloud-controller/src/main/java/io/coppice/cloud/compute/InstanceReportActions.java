package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GetInstanceUefiDataRequest;
import software.amazon.awssdk.services.ec2.model.GetInstanceUefiDataResponse;
import software.amazon.awssdk.services.ec2.model.ModifyInstancePlacementRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstancePlacementResponse;
import software.amazon.awssdk.services.ec2.model.ReportInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.ReportInstanceStatusResponse;

/** What users tell of instances that changes nothing on a host, and what is asked of hardware they do not have. Thread-safe. */
@ApplicationScoped
class InstanceReportActions implements ActionModule {
    private final Database database;
    private final EventLog events;

    InstanceReportActions(Database database, EventLog events) {
        this.database = database;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "ReportInstanceStatus", ReportInstanceStatusRequest::builder, this::report);
        registry.add(Service.EC2, "GetInstanceUefiData", GetInstanceUefiDataRequest::builder, this::uefi);
        registry.add(
                Service.EC2, "ModifyInstancePlacement", ModifyInstancePlacementRequest::builder, this::modifyPlacement);
    }

    /** The report stands in the instance's events, where the operator finds it. */
    ReportInstanceStatusResponse report(RequestContext context, ReportInstanceStatusRequest request) {
        var ids = InstanceRows.requireIds(request.instances());
        var status = required(request.statusAsString(), "Status");
        if (!status.equals("ok") && !status.equals("impaired")) {
            throw InstanceErrors.invalid("status", status, "Expecting ok or impaired.");
        }
        if (request.reasonCodesAsStrings().isEmpty()) {
            throw InstanceErrors.missing("ReasonCode");
        }
        database.run(entities -> {
            for (var row : InstanceRows.read(entities, context.account(), ids)) {
                if (row.state != InstanceState.RUNNING) {
                    throw AwsException.client(
                            "IncorrectInstanceState",
                            "The instance '" + row.id + "' is not running: its status cannot be reported");
                }
                events.append(
                        cause(context, "A user reported the status"),
                        "instance.status-reported",
                        row.id,
                        context.account(),
                        Map.of("status", status, "reasons", String.join(",", request.reasonCodesAsStrings())));
            }
        });
        return ReportInstanceStatusResponse.builder().build();
    }

    /** A BIOS has no variables; those of another firmware lie in a file of the instance's host. */
    GetInstanceUefiDataResponse uefi(RequestContext context, GetInstanceUefiDataRequest request) {
        var id = required(request.instanceId(), "InstanceId");
        var row = database.call(entities -> InstanceRows.one(entities, context.account(), id));
        if (row.image.boot().isUefi()) {
            throw InstanceErrors.unsupported("The variables of an instance's firmware stay on its host in this cloud.");
        }
        return GetInstanceUefiDataResponse.builder()
                .instanceId(row.id)
                .uefiData("")
                .build();
    }

    ModifyInstancePlacementResponse modifyPlacement(RequestContext context, ModifyInstancePlacementRequest request) {
        var id = required(request.instanceId(), "InstanceId");
        refuseOther(request);
        database.run(entities -> {
            var row = InstanceRows.one(entities, context.account(), id);
            if (row.state != InstanceState.STOPPED) {
                throw InstanceErrors.notStopped(row.id, row.state, "placement");
            }
            checkGroup(row.placementGroup, request);
        });
        return ModifyInstancePlacementResponse.builder().returnValue(true).build();
    }

    /** Its disk stays on its host, so an instance stays in its group: others of another group may be there as well. */
    private static void checkGroup(@Nullable PlacementGroupUse group, ModifyInstancePlacementRequest request) {
        var same = (request.groupName() == null || request.groupName().equals(group == null ? "" : group.name()))
                && (request.groupId() == null || request.groupId().equals(group == null ? "" : group.id()))
                && (request.partitionNumber() == null
                        || request.partitionNumber().equals(group == null ? 0 : group.partition()));
        if (!same) {
            throw InstanceErrors.unsupported("An instance stays in its placement group and partition in this cloud:"
                    + " launch a new one where it should be.");
        }
    }

    private static void refuseOther(ModifyInstancePlacementRequest request) {
        var tenancy = request.tenancyAsString();
        if (tenancy != null && !tenancy.equals("default")) {
            throw InstanceErrors.unsupported("The tenancy " + tenancy + " cannot be had in this cloud: use default.");
        }
        if (given(request.hostId()) || given(request.hostResourceGroupArn())) {
            throw InstanceErrors.unsupported("Dedicated hosts cannot be had in this cloud.");
        }
    }

    private static ChangeCause cause(RequestContext context, String summary) {
        return new ChangeCause(context.action(), context.caller().arn(), context.requestId(), summary);
    }

    private static boolean given(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static String required(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw InstanceErrors.missing(parameter);
        }
        return value;
    }
}
