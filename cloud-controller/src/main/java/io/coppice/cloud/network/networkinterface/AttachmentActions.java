package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.networkinterface.AttachedInstances.Machine;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceResponse;

/**
 * AttachNetworkInterface and DetachNetworkInterface. A guest that runs takes the device, or lets go of it, soon after; what it has
 * to let go of is out of the network at once. Thread-safe.
 */
@ApplicationScoped
class AttachmentActions implements ActionModule {
    private static final Set<String> SETTLED = Set.of("running", "stopped");

    private final NetworkLedger ledger;
    private final NetworkInterfaces interfaces;
    private final AttachedInstances instances;

    AttachmentActions(NetworkLedger ledger, NetworkInterfaces interfaces, AttachedInstances instances) {
        this.ledger = ledger;
        this.interfaces = interfaces;
        this.instances = instances;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "AttachNetworkInterface", AttachNetworkInterfaceRequest::builder, this::attach);
        registry.add(Service.EC2, "DetachNetworkInterface", DetachNetworkInterfaceRequest::builder, this::detach);
    }

    AttachNetworkInterfaceResponse attach(RequestContext context, AttachNetworkInterfaceRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        var instanceId = NetworkErrors.required(request.instanceId(), "InstanceId");
        var index = checkedIndex(request.deviceIndex());
        if (request.networkCardIndex() != null && request.networkCardIndex() != 0) {
            throw NetworkErrors.invalid("networkCardIndex", request.networkCardIndex(), "Instances have one card: 0.");
        }
        return ledger.call(context, entities -> {
            var machine = instances.require(entities, context.account(), instanceId);
            var row = interfaces.changeRow(entities, context.account(), id);
            if (row.attachmentId != null) {
                throw InterfaceErrors.inUse(id);
            }
            if (row.managed()) {
                throw InterfaceErrors.managed(id);
            }
            checkFits(entities, machine, row, index);
            checkSettled(machine);
            interfaces.attach(entities, context.account(), id, new NewInterface.Attachment(instanceId, index, false));
            instances.changed(entities, instanceId);
            ledger.record(
                    context,
                    NetworkKind.NETWORK_INTERFACE,
                    id,
                    "attached",
                    Map.of("instance", instanceId, "index", index));
            return AttachNetworkInterfaceResponse.builder()
                    .attachmentId(row.attachmentId)
                    .networkCardIndex(0)
                    .build();
        });
    }

    private static int checkedIndex(@Nullable Integer given) {
        if (given == null) {
            throw NetworkErrors.missing("DeviceIndex");
        }
        if (given == 0) {
            throw InterfaceErrors.primaryStays();
        }
        if (given < 0) {
            throw NetworkErrors.invalid("deviceIndex", given, "Expecting 1 or more.");
        }
        return given;
    }

    private void checkFits(EntityManager entities, Machine machine, InterfaceRow row, int index) {
        if (!row.zone.equals(machine.zone())) {
            throw InterfaceErrors.otherZone();
        }
        var present = interfaces.ofInstances(entities, List.of(machine.id())).getOrDefault(machine.id(), List.of());
        if (present.stream().anyMatch(each -> !each.vpcId().equals(row.vpcId))) {
            throw InterfaceErrors.otherVpc();
        }
        if (present.stream().anyMatch(each -> each.deviceIndex() == index)) {
            throw InterfaceErrors.indexTaken(machine.id(), index);
        }
        if (present.size() >= machine.maxInterfaces()) {
            throw InterfaceErrors.tooManyInterfaces(machine);
        }
        var addresses = interfaces.require(entities, new io.coppice.foundation.id.AccountId(row.accountId), row.id);
        if (Math.max(addresses.privateIps().size(), addresses.ipv6().size()) > machine.maxAddresses()) {
            throw InterfaceErrors.tooManyAddresses(machine.maxAddresses());
        }
    }

    private static void checkSettled(Machine machine) {
        if (!SETTLED.contains(machine.state())) {
            throw InterfaceErrors.incorrectState(machine);
        }
    }

    DetachNetworkInterfaceResponse detach(RequestContext context, DetachNetworkInterfaceRequest request) {
        var attachmentId = NetworkErrors.required(request.attachmentId(), "AttachmentId");
        ledger.run(context, entities -> {
            var row = interfaces.attached(entities, context.account(), attachmentId);
            var instanceId = row.instanceId;
            if (instanceId == null) {
                throw InterfaceErrors.managed(row.id);
            }
            if (row.deviceIndex == 0) {
                throw InterfaceErrors.primaryStays();
            }
            checkSettled(instances.require(entities, context.account(), instanceId));
            row.detach();
            entities.flush();
            instances.changed(entities, instanceId);
            ledger.record(context, NetworkKind.NETWORK_INTERFACE, row.id, "detached", Map.of("instance", instanceId));
        });
        return DetachNetworkInterfaceResponse.builder().build();
    }
}
