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
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AttachmentStatus;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.EgressOnlyInternetGateway;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Create-, Delete- and DescribeEgressOnlyInternetGateway(s). Thread-safe. */
@ApplicationScoped
class EgressOnlyGatewayActions implements ActionModule {
    private static final NetworkLedger.Listing<EgressOnlyInternetGateway> GATEWAYS = new NetworkLedger.Listing<>(
            NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY,
            EgressOnlyInternetGateway::egressOnlyInternetGatewayId,
            Filters.<EgressOnlyInternetGateway>builder()
                    .tags(gateway -> NetworkLedger.asMap(gateway.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final InternetGateways gateways;
    private final NetworkConfig config;

    EgressOnlyGatewayActions(NetworkLedger ledger, Vpcs vpcs, InternetGateways gateways, NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.gateways = gateways;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2,
                "CreateEgressOnlyInternetGateway",
                CreateEgressOnlyInternetGatewayRequest::builder,
                this::create);
        registry.add(
                Service.EC2,
                "DeleteEgressOnlyInternetGateway",
                DeleteEgressOnlyInternetGatewayRequest::builder,
                this::delete);
        registry.add(
                Service.EC2,
                "DescribeEgressOnlyInternetGateways",
                DescribeEgressOnlyInternetGatewaysRequest::builder,
                this::describe);
    }

    CreateEgressOnlyInternetGatewayResponse create(
            RequestContext context, CreateEgressOnlyInternetGatewayRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                vpcs.change(entities, context.account(), vpcId);
                PlainSql.lock(entities, "egress-only internet gateways " + context.account());
                if (gateways.allEgressOnly(entities, context.account()).size()
                        >= config.maxEgressOnlyInternetGateways()) {
                    throw NetworkErrors.limit(
                            "EgressOnlyInternetGatewayLimitExceeded",
                            "egress-only internet gateways",
                            config.maxEgressOnlyInternetGateways());
                }
                var made = NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.newId();
                gateways.makeEgressOnly(entities, context.account(), made, vpcId);
                ledger.made(context, NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY, made, tags, Map.of("vpc", vpcId));
                return made;
            });
            var row = gateways.requireEgressOnly(entities, context.account(), id);
            return CreateEgressOnlyInternetGatewayResponse.builder()
                    .egressOnlyInternetGateway(answer(row, ledger.tags(context.account(), id)))
                    .clientToken(request.clientToken())
                    .build();
        });
    }

    DeleteEgressOnlyInternetGatewayResponse delete(
            RequestContext context, DeleteEgressOnlyInternetGatewayRequest request) {
        var id = NetworkErrors.required(request.egressOnlyInternetGatewayId(), "EgressOnlyInternetGatewayId");
        ledger.run(context, entities -> {
            var gateway = gateways.requireEgressOnly(entities, context.account(), id);
            vpcs.change(entities, context.account(), gateway.vpcId);
            Rows.refresh(entities, gateway, () -> NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.notFound(id));
            entities.remove(gateway);
            ledger.removed(context, NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY, id);
        });
        return DeleteEgressOnlyInternetGatewayResponse.builder()
                .returnCode(true)
                .build();
    }

    DescribeEgressOnlyInternetGatewaysResponse describe(
            RequestContext context, DescribeEgressOnlyInternetGatewaysRequest request) {
        var query = new NetworkLedger.Query(
                request.egressOnlyInternetGatewayIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = gateways.allEgressOnly(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var answers = rows.stream()
                    .map(row -> answer(row, tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, GATEWAYS, answers, query);
        });
        return DescribeEgressOnlyInternetGatewaysResponse.builder()
                .egressOnlyInternetGateways(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static EgressOnlyInternetGateway answer(EgressOnlyGatewayRow row, List<Tag> tags) {
        return EgressOnlyInternetGateway.builder()
                .egressOnlyInternetGatewayId(row.id)
                .attachments(InternetGatewayAttachment.builder()
                        .vpcId(row.vpcId)
                        .state(AttachmentStatus.ATTACHED)
                        .build())
                .tags(tags)
                .build();
    }
}
