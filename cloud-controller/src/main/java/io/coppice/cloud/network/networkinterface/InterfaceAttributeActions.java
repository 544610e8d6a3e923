package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.group.SecurityGroups;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachmentChanges;
import software.amazon.awssdk.services.ec2.model.ResetNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetNetworkInterfaceAttributeResponse;

/** ModifyNetworkInterfaceAttribute and ResetNetworkInterfaceAttribute. Thread-safe. */
@ApplicationScoped
class InterfaceAttributeActions implements ActionModule {
    private final NetworkLedger ledger;
    private final NetworkInterfaces interfaces;
    private final SecurityGroups groups;
    private final AttachedInstances instances;

    InterfaceAttributeActions(
            NetworkLedger ledger, NetworkInterfaces interfaces, SecurityGroups groups, AttachedInstances instances) {
        this.ledger = ledger;
        this.interfaces = interfaces;
        this.groups = groups;
        this.instances = instances;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2,
                "ModifyNetworkInterfaceAttribute",
                ModifyNetworkInterfaceAttributeRequest::builder,
                this::modify);
        registry.add(
                Service.EC2,
                "ResetNetworkInterfaceAttribute",
                ResetNetworkInterfaceAttributeRequest::builder,
                this::reset);
    }

    ModifyNetworkInterfaceAttributeResponse modify(
            RequestContext context, ModifyNetworkInterfaceAttributeRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        checkOneKnown(request);
        ledger.run(context, entities -> {
            var row = change(entities, context, id);
            var description = request.description();
            var check = request.sourceDestCheck();
            if (description != null) {
                row.description = InterfaceActions.checkedDescription(description.value());
            } else if (check != null) {
                row.sourceDestCheck = check.value() == null || check.value();
                tellInstance(entities, row);
            } else if (request.attachment() != null) {
                change(row, request.attachment());
            } else {
                interfaces.regroup(
                        entities, id, groups.forInterface(entities, context.account(), row.vpcId, request.groups()));
                tellInstance(entities, row);
            }
            ledger.record(context, NetworkKind.NETWORK_INTERFACE, id, "modified", Map.of());
        });
        return ModifyNetworkInterfaceAttributeResponse.builder().build();
    }

    private static void checkOneKnown(ModifyNetworkInterfaceAttributeRequest request) {
        if (request.associatePublicIpAddress() != null
                || request.enaSrdSpecification() != null
                || request.enablePrimaryIpv6() != null
                || request.connectionTrackingSpecification() != null
                || !request.associatedSubnetIds().isEmpty()) {
            throw NetworkErrors.unsupported("Only the description, the groups, the source/destination check and whether"
                    + " it goes with its instance can be changed of a network interface.");
        }
        var given = Stream.of(
                        request.description() != null,
                        request.sourceDestCheck() != null,
                        request.attachment() != null,
                        !request.groups().isEmpty())
                .filter(each -> each)
                .count();
        if (given != 1) {
            throw given == 0
                    ? NetworkErrors.missing("Description, SourceDestCheck, Attachment or SecurityGroupId")
                    : NetworkErrors.combination("Fields for multiple attribute types specified");
        }
    }

    private InterfaceRow change(EntityManager entities, RequestContext context, String id) {
        var row = interfaces.changeRow(entities, context.account(), id);
        if (row.managed()) {
            throw InterfaceErrors.managed(id);
        }
        return row;
    }

    private static void change(InterfaceRow row, NetworkInterfaceAttachmentChanges changes) {
        var attachmentId = NetworkErrors.required(changes.attachmentId(), "AttachmentId");
        if (!attachmentId.equals(row.attachmentId)) {
            throw InterfaceErrors.attachmentNotFound(attachmentId);
        }
        if (changes.deleteOnTermination() != null) {
            row.deleteOnTermination = changes.deleteOnTermination();
        }
    }

    private void tellInstance(EntityManager entities, InterfaceRow row) {
        entities.flush();
        var instanceId = row.instanceId;
        if (instanceId != null) {
            instances.changed(entities, instanceId);
        }
    }

    ResetNetworkInterfaceAttributeResponse reset(
            RequestContext context, ResetNetworkInterfaceAttributeRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        NetworkErrors.required(request.sourceDestCheck(), "SourceDestCheck");
        ledger.run(context, entities -> {
            var row = change(entities, context, id);
            row.sourceDestCheck = true;
            tellInstance(entities, row);
            ledger.record(context, NetworkKind.NETWORK_INTERFACE, id, "modified", Map.of());
        });
        return ResetNetworkInterfaceAttributeResponse.builder().build();
    }
}
