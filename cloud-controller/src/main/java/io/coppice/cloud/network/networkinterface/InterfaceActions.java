package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.group.SecurityGroups;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;

/** CreateNetworkInterface and DeleteNetworkInterface. Thread-safe. */
@ApplicationScoped
class InterfaceActions implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.NETWORK_INTERFACE;
    private static final int LONGEST_DESCRIPTION = 255;

    private final NetworkLedger ledger;
    private final NetworkInterfaces interfaces;
    private final SecurityGroups groups;
    private final Subnets subnets;
    private final InterfaceConfig config;
    private final SiteConfig site;

    InterfaceActions(
            NetworkLedger ledger,
            NetworkInterfaces interfaces,
            SecurityGroups groups,
            Subnets subnets,
            InterfaceConfig config,
            SiteConfig site) {
        this.ledger = ledger;
        this.interfaces = interfaces;
        this.groups = groups;
        this.subnets = subnets;
        this.config = config;
        this.site = site;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateNetworkInterface", CreateNetworkInterfaceRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteNetworkInterface", DeleteNetworkInterfaceRequest::builder, this::delete);
    }

    CreateNetworkInterfaceResponse create(RequestContext context, CreateNetworkInterfaceRequest request) {
        var subnetId = NetworkErrors.required(request.subnetId(), "SubnetId");
        checkUsual(request);
        var addresses = WantedAddresses.of(
                request.privateIpAddress(),
                request.privateIpAddresses(),
                request.secondaryPrivateIpAddressCount(),
                request.ipv6Addresses(),
                request.ipv6AddressCount());
        if (addresses.privateCount() > config.maxAddresses() || addresses.ipv6Count() > config.maxAddresses()) {
            throw InterfaceErrors.tooManyAddresses(config.maxAddresses());
        }
        var description = checkedDescription(request.description());
        var wanted = TagRules.of(request.tagSpecifications(), KIND.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                checkLimit(entities, context);
                var subnet = subnets.require(entities, context.account(), subnetId);
                var inGroups = groups.forInterface(entities, context.account(), subnet.vpcId(), request.groups());
                var made = interfaces
                        .make(entities, subnet, List.of(NewInterface.of(inGroups, addresses, description, null)))
                        .getFirst()
                        .id();
                ledger.made(context, KIND, made, wanted, Map.of("subnet", subnetId, "vpc", subnet.vpcId()));
                return made;
            });
            return CreateNetworkInterfaceResponse.builder()
                    .networkInterface(InterfaceAnswers.networkInterface(
                            interfaces.require(entities, context.account(), id),
                            site.region(),
                            ledger.tags(context.account(), id)))
                    .clientToken(request.clientToken())
                    .build();
        });
    }

    private static void checkUsual(CreateNetworkInterfaceRequest request) {
        var type = request.interfaceTypeAsString();
        if (type != null && !type.equals(NewInterface.USUAL_KIND)) {
            throw NetworkErrors.unsupported("Network interfaces of type " + type + " cannot be had in this cloud.");
        }
        if (!request.ipv4Prefixes().isEmpty()
                || request.ipv4PrefixCount() != null
                || !request.ipv6Prefixes().isEmpty()
                || request.ipv6PrefixCount() != null) {
            throw NetworkErrors.unsupported("Prefixes cannot be delegated to network interfaces in this cloud.");
        }
    }

    static String checkedDescription(@Nullable String given) {
        var description = given == null ? "" : given;
        if (description.length() > LONGEST_DESCRIPTION) {
            throw NetworkErrors.invalid(
                    "description", description, "Expecting at most " + LONGEST_DESCRIPTION + " characters.");
        }
        return description;
    }

    private void checkLimit(EntityManager entities, RequestContext context) {
        PlainSql.lock(entities, "network interfaces " + context.account());
        if (interfaces.countMade(entities, context.account()) >= config.maxPerAccount()) {
            throw InterfaceErrors.tooMany(config.maxPerAccount());
        }
    }

    DeleteNetworkInterfaceResponse delete(RequestContext context, DeleteNetworkInterfaceRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        ledger.run(context, entities -> {
            var row = interfaces.changeRow(entities, context.account(), id);
            if (row.managed()) {
                throw InterfaceErrors.managed(id);
            }
            if (row.attachmentId != null) {
                throw InterfaceErrors.inUse(id);
            }
            interfaces.delete(entities, context.account(), id);
            ledger.removed(context, KIND, id);
        });
        return DeleteNetworkInterfaceResponse.builder().build();
    }
}
