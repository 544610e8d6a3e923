package io.coppice.cloud.network.address;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.address.ConcernedInstances.Named;
import io.coppice.cloud.network.gateway.InternetGateways;
import io.coppice.cloud.network.networkinterface.AttachedInstances;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.network.networkinterface.NetworkInterfaces;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressResponse;

/** AssociateAddress and DisassociateAddress. Thread-safe. */
@ApplicationScoped
class AssociationActions implements ActionModule {
    private static final Set<String> GONE = Set.of("shutting-down", "terminated");

    private final NetworkLedger ledger;
    private final PublicAddresses addresses;
    private final NetworkInterfaces interfaces;
    private final AttachedInstances instances;
    private final InternetGateways gateways;

    AssociationActions(
            NetworkLedger ledger,
            PublicAddresses addresses,
            NetworkInterfaces interfaces,
            AttachedInstances instances,
            InternetGateways gateways) {
        this.ledger = ledger;
        this.addresses = addresses;
        this.interfaces = interfaces;
        this.instances = instances;
        this.gateways = gateways;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "AssociateAddress", AssociateAddressRequest::builder, this::associate);
        registry.add(Service.EC2, "DisassociateAddress", DisassociateAddressRequest::builder, this::disassociate);
    }

    AssociateAddressResponse associate(RequestContext context, AssociateAddressRequest request) {
        var named = new Named(
                request.instanceId(), request.networkInterfaceId(), request.allocationId(), request.publicIp());
        return ledger.call(context, entities -> {
            ConcernedInstances.lock(entities, instances, context.account(), named);
            var target = target(entities, context, request.instanceId(), request.networkInterfaceId());
            var address =
                    AddressActions.named(entities, addresses, context, request.allocationId(), request.publicIp());
            var privateIp = privateIp(target, request.privateIpAddress());
            if (target.id().equals(address.interfaceId()) && privateIp.equals(address.privateIp())) {
                return answer(address.associationId());
            }
            if (gateways.attachedTo(entities, target.vpcId()).isEmpty()) {
                throw AddressErrors.notAttached(target.vpcId());
            }
            release(entities, context, address, Boolean.TRUE.equals(request.allowReassociation()));
            // What stood for the private address before makes room: an elastic one stays with its account.
            target.publicFor(privateIp)
                    .filter(each -> !each.ip().equals(address.ip()))
                    .ifPresent(each -> addresses.disassociate(entities, each));
            var id = NetworkKind.newId(PublicAddresses.ASSOCIATION_PREFIX);
            addresses.associate(
                    entities,
                    String.valueOf(address.allocationId()),
                    id,
                    new PublicAddresses.Wanted(address.accountId(), target.id(), privateIp));
            tell(entities, target);
            record(context, address, "associated", target.id(), privateIp);
            return answer(id);
        });
    }

    private static AssociateAddressResponse answer(@Nullable String associationId) {
        return AssociateAddressResponse.builder().associationId(associationId).build();
    }

    /** Takes the address from the interface that has it, if that is allowed. */
    private void release(EntityManager entities, RequestContext context, PublicAddress address, boolean allowed) {
        var interfaceId = address.interfaceId();
        if (interfaceId == null) {
            return;
        }
        if (!allowed) {
            throw AddressErrors.alreadyAssociated(
                    String.valueOf(address.allocationId()), String.valueOf(address.associationId()));
        }
        var before = interfaces.change(entities, context.account(), interfaceId);
        checkUsual(before);
        addresses.disassociate(entities, address);
        tell(entities, before);
    }

    /** The interface that is meant, locked. */
    private InterfaceFacts target(
            EntityManager entities, RequestContext context, @Nullable String instanceId, @Nullable String interfaceId) {
        if (interfaceId != null && !interfaceId.isEmpty()) {
            var target = interfaces.change(entities, context.account(), interfaceId);
            checkUsual(target);
            return target;
        }
        var id = NetworkErrors.required(instanceId, "InstanceId");
        var machine = instances.require(entities, context.account(), id);
        if (GONE.contains(machine.state())) {
            throw AddressErrors.notAlive(id, machine.state());
        }
        var all = interfaces.ofInstances(entities, List.of(id)).getOrDefault(id, List.of());
        if (all.size() > 1) {
            throw AddressErrors.severalInterfaces(id);
        }
        return interfaces.change(entities, context.account(), all.getFirst().id());
    }

    private static void checkUsual(InterfaceFacts target) {
        if (target.requesterId() != null) {
            throw NetworkErrors.notPermitted(
                    "The network interface '" + target.id() + "' is managed by a service: change what it belongs to.");
        }
    }

    private static String privateIp(InterfaceFacts target, @Nullable String given) {
        if (given == null || given.isEmpty()) {
            return target.primaryIp();
        }
        if (!target.privateIps().contains(given)) {
            throw AddressErrors.noSuchPrivateAddress(given, target.id());
        }
        return given;
    }

    DisassociateAddressResponse disassociate(RequestContext context, DisassociateAddressRequest request) {
        var named = new Named(null, null, request.associationId(), request.publicIp());
        ledger.run(context, entities -> {
            ConcernedInstances.lock(entities, instances, context.account(), named);
            var address = associated(entities, context, request);
            var interfaceId = address.interfaceId();
            if (interfaceId == null) {
                // Older clients name the address itself, and AWS has nothing against doing this twice.
                return;
            }
            var facts = interfaces.change(entities, context.account(), interfaceId);
            checkUsual(facts);
            addresses.disassociate(entities, address);
            tell(entities, facts);
            record(context, address, "disassociated", interfaceId, String.valueOf(address.privateIp()));
        });
        return DisassociateAddressResponse.builder().build();
    }

    private PublicAddress associated(
            EntityManager entities, RequestContext context, DisassociateAddressRequest request) {
        var id = request.associationId();
        if (id == null || id.isEmpty()) {
            return AddressActions.named(entities, addresses, context, null, request.publicIp());
        }
        if (request.publicIp() != null && !request.publicIp().isEmpty()) {
            throw NetworkErrors.combination(
                    "You may specify public IP or association id, but not both in the same call");
        }
        return addresses
                .change(entities, context.account(), "association_id", id)
                .orElseThrow(() -> AddressErrors.associationNotFound(id));
    }

    private void tell(EntityManager entities, InterfaceFacts facts) {
        var attachment = facts.attachment();
        if (attachment != null && attachment.instanceId() != null) {
            instances.changed(entities, attachment.instanceId());
        }
    }

    private void record(
            RequestContext context, PublicAddress address, String what, String interfaceId, String privateIp) {
        ledger.record(
                context,
                NetworkKind.ELASTIC_IP,
                String.valueOf(address.allocationId()),
                what,
                Map.of("address", address.ip(), "interface", interfaceId, "private", privateIp));
    }
}
