package io.coppice.cloud.network.natgateway;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.gateway.InternetGateways;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.NatGateway;
import software.amazon.awssdk.services.ec2.model.NatGatewayAddress;
import software.amazon.awssdk.services.ec2.model.Tag;

/** CreateNatGateway, DeleteNatGateway and DescribeNatGateways. Thread-safe. */
@ApplicationScoped
class NatGatewayActions implements ActionModule {
    private static final NetworkLedger.Listing<NatGateway> GATEWAYS = new NetworkLedger.Listing<>(
            NetworkKind.NAT_GATEWAY,
            NatGateway::natGatewayId,
            Filters.<NatGateway>builder()
                    .value("nat-gateway-id", NatGateway::natGatewayId)
                    .value("state", NatGateway::stateAsString)
                    .value("subnet-id", NatGateway::subnetId)
                    .value("vpc-id", NatGateway::vpcId)
                    .value("connectivity-type", NatGateway::connectivityTypeAsString)
                    .tags(gateway -> NetworkLedger.asMap(gateway.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Subnets subnets;
    private final NatGateways gateways;
    private final InternetGateways internetGateways;
    private final GatewayAddresses addresses;
    private final NetworkConfig config;
    private final Clock clock;

    NatGatewayActions(
            NetworkLedger ledger,
            Subnets subnets,
            NatGateways gateways,
            InternetGateways internetGateways,
            GatewayAddresses addresses,
            NetworkConfig config,
            Clock clock) {
        this.ledger = ledger;
        this.subnets = subnets;
        this.gateways = gateways;
        this.internetGateways = internetGateways;
        this.addresses = addresses;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateNatGateway", CreateNatGatewayRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteNatGateway", DeleteNatGatewayRequest::builder, this::delete);
        registry.add(Service.EC2, "DescribeNatGateways", DescribeNatGatewaysRequest::builder, this::describe);
    }

    CreateNatGatewayResponse create(RequestContext context, CreateNatGatewayRequest request) {
        var isPublic = checkedPublic(request);
        var subnetId = NetworkErrors.required(request.subnetId(), "SubnetId");
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.NAT_GATEWAY.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                var subnet = subnets.change(entities, context.account(), subnetId);
                checkLimit(entities, context.account(), subnet);
                var made = NetworkKind.NAT_GATEWAY.newId();
                make(
                        entities,
                        context.account(),
                        new GatewayAddresses.Wanted(made, subnet, request.allocationId(), request.privateIpAddress()),
                        isPublic);
                ledger.made(context, NetworkKind.NAT_GATEWAY, made, tags, Map.of("subnet", subnetId));
                return made;
            });
            var row = gateways.locked(entities, id).orElseThrow(() -> NetworkKind.NAT_GATEWAY.notFound(id));
            return CreateNatGatewayResponse.builder()
                    .natGateway(answer(row, ledger.tags(context.account(), id)))
                    .clientToken(request.clientToken())
                    .build();
        });
    }

    private static boolean checkedPublic(CreateNatGatewayRequest request) {
        var connectivity =
                request.connectivityTypeAsString() == null ? NatGateways.PUBLIC : request.connectivityTypeAsString();
        if (!connectivity.equals(NatGateways.PUBLIC) && !connectivity.equals(NatGateways.PRIVATE)) {
            throw NetworkErrors.invalid("connectivityType", connectivity, "Expecting public or private.");
        }
        var isPublic = connectivity.equals(NatGateways.PUBLIC);
        if (isPublic && request.allocationId() == null) {
            throw NetworkErrors.missing("AllocationId");
        }
        if (!isPublic && request.allocationId() != null) {
            throw NetworkErrors.combination("A private NAT gateway takes no AllocationId.");
        }
        if (!request.secondaryAllocationIds().isEmpty()
                || !request.secondaryPrivateIpAddresses().isEmpty()
                || request.secondaryPrivateIpAddressCount() != null
                || !request.availabilityZoneAddresses().isEmpty()
                || request.vpcId() != null) {
            throw NetworkErrors.unsupported("A NAT gateway of this cloud has one address, in one subnet.");
        }
        return isPublic;
    }

    private void checkLimit(EntityManager entities, AccountId account, SubnetRow subnet) {
        PlainSql.lock(entities, "NAT gateways " + account);
        var present = gateways.all(entities, account).stream()
                .filter(row -> row.zone.equals(subnet.zone()))
                .filter(row -> row.state.equals(NatGateways.PENDING) || row.state.equals(NatGateways.AVAILABLE))
                .count();
        if (present >= config.maxNatGateways()) {
            throw NetworkErrors.limit("NatGatewayLimitExceeded", "NAT gateways of a zone", config.maxNatGateways());
        }
    }

    private void make(EntityManager entities, AccountId account, GatewayAddresses.Wanted wanted, boolean isPublic) {
        var row = new NatGatewayRow(wanted.natGatewayId(), wanted, isPublic, clock.instant());
        if (isPublic && internetGateways.attachedTo(entities, row.vpcId).isEmpty()) {
            // AWS answers with a gateway that has failed, too.
            row.state = NatGateways.FAILED;
            row.failureCode = "Gateway.NotAttached";
            row.failureMessage = "Network " + row.vpcId + " has no Internet gateway attached";
            row.deletedAt = clock.instant();
        } else {
            row.hold(addresses.take(entities, account, wanted));
        }
        entities.persist(row);
        entities.flush();
    }

    DeleteNatGatewayResponse delete(RequestContext context, DeleteNatGatewayRequest request) {
        var id = NetworkErrors.required(request.natGatewayId(), "NatGatewayId");
        NetworkKind.NAT_GATEWAY.check(id);
        ledger.run(context, entities -> {
            var found = gateways.all(entities, context.account()).stream()
                    .filter(row -> row.id.equals(id))
                    .findFirst()
                    .orElseThrow(() -> NetworkKind.NAT_GATEWAY.notFound(id));
            subnets.change(entities, context.account(), found.subnetId);
            gateways.locked(entities, id).ifPresent(row -> {
                gateways.delete(entities, row);
                ledger.record(context, NetworkKind.NAT_GATEWAY, id, "deleting", Map.of());
            });
        });
        return DeleteNatGatewayResponse.builder().natGatewayId(id).build();
    }

    DescribeNatGatewaysResponse describe(RequestContext context, DescribeNatGatewaysRequest request) {
        var query = new NetworkLedger.Query(
                request.natGatewayIds(), request.filter(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = gateways.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var answers = rows.stream()
                    .map(row -> answer(row, tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, GATEWAYS, answers, query);
        });
        return DescribeNatGatewaysResponse.builder()
                .natGateways(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static NatGateway answer(NatGatewayRow row, List<Tag> tags) {
        return NatGateway.builder()
                .natGatewayId(row.id)
                .vpcId(row.vpcId)
                .subnetId(row.subnetId)
                .connectivityType(row.connectivity)
                .state(row.state)
                .failureCode(row.failureCode)
                .failureMessage(row.failureMessage)
                .createTime(row.createdAt)
                .deleteTime(row.deletedAt)
                .natGatewayAddresses(NatGatewayAddress.builder()
                        .allocationId(row.allocationId)
                        .associationId(row.associationId)
                        .publicIp(row.publicIp)
                        .privateIp(row.privateIp)
                        .networkInterfaceId(row.networkInterfaceId)
                        .isPrimary(true)
                        .build())
                .tags(tags)
                .build();
    }
}
