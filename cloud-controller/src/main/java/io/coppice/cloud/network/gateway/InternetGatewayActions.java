package io.coppice.cloud.network.gateway;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.InternetGateway;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Create-, Delete-, Attach-, Detach- and DescribeInternetGateway(s). Thread-safe. */
@ApplicationScoped
class InternetGatewayActions implements ActionModule {
    private static final NetworkLedger.Listing<InternetGateway> GATEWAYS = new NetworkLedger.Listing<>(
            NetworkKind.INTERNET_GATEWAY,
            InternetGateway::internetGatewayId,
            Filters.<InternetGateway>builder()
                    .value("internet-gateway-id", InternetGateway::internetGatewayId)
                    .value("owner-id", InternetGateway::ownerId)
                    .values("attachment.vpc-id", gateway -> gateway.attachments().stream()
                            .map(InternetGatewayAttachment::vpcId)
                            .toList())
                    .values("attachment.state", gateway -> gateway.attachments().stream()
                            .map(InternetGatewayAttachment::stateAsString)
                            .toList())
                    .tags(gateway -> NetworkLedger.asMap(gateway.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final InternetGateways gateways;
    private final List<PublicAddressUse> publicAddresses;
    private final NetworkConfig config;

    InternetGatewayActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            InternetGateways gateways,
            @All List<PublicAddressUse> publicAddresses,
            NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.gateways = gateways;
        this.publicAddresses = List.copyOf(publicAddresses);
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateInternetGateway", CreateInternetGatewayRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteInternetGateway", DeleteInternetGatewayRequest::builder, this::delete);
        registry.add(Service.EC2, "AttachInternetGateway", AttachInternetGatewayRequest::builder, this::attach);
        registry.add(Service.EC2, "DetachInternetGateway", DetachInternetGatewayRequest::builder, this::detach);
        registry.add(Service.EC2, "DescribeInternetGateways", DescribeInternetGatewaysRequest::builder, this::describe);
    }

    CreateInternetGatewayResponse create(RequestContext context, CreateInternetGatewayRequest request) {
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.INTERNET_GATEWAY.resourceType());
        return ledger.call(context, entities -> {
            PlainSql.lock(entities, "internet gateways " + context.account());
            if (gateways.all(entities, context.account()).size() >= config.maxInternetGateways()) {
                throw NetworkErrors.limit(
                        "InternetGatewayLimitExceeded", "internet gateways", config.maxInternetGateways());
            }
            var id = NetworkKind.INTERNET_GATEWAY.newId();
            gateways.make(entities, context.account(), id, null);
            ledger.made(context, NetworkKind.INTERNET_GATEWAY, id, tags, Map.of());
            var row = gateways.require(entities, context.account(), id);
            return CreateInternetGatewayResponse.builder()
                    .internetGateway(answer(row, TagRules.toList(tags)))
                    .build();
        });
    }

    DeleteInternetGatewayResponse delete(RequestContext context, DeleteInternetGatewayRequest request) {
        var id = NetworkErrors.required(request.internetGatewayId(), "InternetGatewayId");
        ledger.run(context, entities -> {
            var gateway = gateways.require(entities, context.account(), id);
            PlainSql.lock(entities, "internet gateway " + id);
            Rows.refresh(entities, gateway, () -> NetworkKind.INTERNET_GATEWAY.notFound(id));
            if (gateway.vpcId != null) {
                throw NetworkErrors.inUse(NetworkKind.INTERNET_GATEWAY, id);
            }
            entities.remove(gateway);
            ledger.removed(context, NetworkKind.INTERNET_GATEWAY, id);
        });
        return DeleteInternetGatewayResponse.builder().build();
    }

    AttachInternetGatewayResponse attach(RequestContext context, AttachInternetGatewayRequest request) {
        var id = NetworkErrors.required(request.internetGatewayId(), "InternetGatewayId");
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        ledger.run(context, entities -> {
            var gateway = gateways.require(entities, context.account(), id);
            vpcs.change(entities, context.account(), vpcId);
            PlainSql.lock(entities, "internet gateway " + id);
            Rows.refresh(entities, gateway, () -> NetworkKind.INTERNET_GATEWAY.notFound(id));
            if (gateway.vpcId != null) {
                throw GatewayErrors.alreadyAttached(id, gateway.vpcId);
            }
            if (gateways.attachedTo(entities, vpcId).isPresent()) {
                throw GatewayErrors.vpcHasOne(vpcId);
            }
            gateway.vpcId = vpcId;
            ledger.record(context, NetworkKind.INTERNET_GATEWAY, id, "attached", Map.of("vpc", vpcId));
        });
        return AttachInternetGatewayResponse.builder().build();
    }

    DetachInternetGatewayResponse detach(RequestContext context, DetachInternetGatewayRequest request) {
        var id = NetworkErrors.required(request.internetGatewayId(), "InternetGatewayId");
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        ledger.run(context, entities -> {
            var gateway = gateways.require(entities, context.account(), id);
            vpcs.change(entities, context.account(), vpcId);
            PlainSql.lock(entities, "internet gateway " + id);
            Rows.refresh(entities, gateway, () -> NetworkKind.INTERNET_GATEWAY.notFound(id));
            if (!vpcId.equals(gateway.vpcId)) {
                throw GatewayErrors.notAttached(id, vpcId);
            }
            if (publicAddresses.stream().anyMatch(use -> use.any(entities, vpcId))) {
                throw GatewayErrors.addressesInUse(vpcId);
            }
            gateway.vpcId = null;
            ledger.record(context, NetworkKind.INTERNET_GATEWAY, id, "detached", Map.of("vpc", vpcId));
        });
        return DetachInternetGatewayResponse.builder().build();
    }

    DescribeInternetGatewaysResponse describe(RequestContext context, DescribeInternetGatewaysRequest request) {
        var query = new NetworkLedger.Query(
                request.internetGatewayIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = gateways.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var answers = rows.stream()
                    .map(row -> answer(row, tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, GATEWAYS, answers, query);
        });
        return DescribeInternetGatewaysResponse.builder()
                .internetGateways(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static InternetGateway answer(InternetGatewayRow row, List<Tag> tags) {
        return InternetGateway.builder()
                .internetGatewayId(row.id)
                .ownerId(row.accountId)
                .attachments(
                        row.vpcId == null
                                ? List.of()
                                // AWS says "available" here, which the enum of attachments does not have.
                                : List.of(InternetGatewayAttachment.builder()
                                        .vpcId(row.vpcId)
                                        .state("available")
                                        .build()))
                .tags(tags)
                .build();
    }
}
