package io.coppice.cloud.network.peering;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsResponse;
import software.amazon.awssdk.services.ec2.model.PeeringConnectionOptions;
import software.amazon.awssdk.services.ec2.model.PeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;

/** DescribeVpcPeeringConnections and ModifyVpcPeeringConnectionOptions. Thread-safe. */
@ApplicationScoped
class PeeringQueries implements ActionModule {
    private static final NetworkLedger.Listing<VpcPeeringConnection> PEERINGS = new NetworkLedger.Listing<>(
            NetworkKind.VPC_PEERING,
            VpcPeeringConnection::vpcPeeringConnectionId,
            Filters.<VpcPeeringConnection>builder()
                    .value("vpc-peering-connection-id", VpcPeeringConnection::vpcPeeringConnectionId)
                    .value("status-code", each -> each.status().codeAsString())
                    .value("status-message", each -> each.status().message())
                    .value("expiration-time", VpcPeeringConnection::expirationTime)
                    .value("requester-vpc-info.vpc-id", each -> each.requesterVpcInfo()
                            .vpcId())
                    .value("requester-vpc-info.owner-id", each -> each.requesterVpcInfo()
                            .ownerId())
                    .value("requester-vpc-info.cidr-block", each -> each.requesterVpcInfo()
                            .cidrBlock())
                    .value("accepter-vpc-info.vpc-id", each -> each.accepterVpcInfo()
                            .vpcId())
                    .value("accepter-vpc-info.owner-id", each -> each.accepterVpcInfo()
                            .ownerId())
                    .value("accepter-vpc-info.cidr-block", each -> each.accepterVpcInfo()
                            .cidrBlock())
                    .tags(each -> NetworkLedger.asMap(each.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Peerings peerings;
    private final PeeringAnswers answers;
    private final NetworkConfig config;

    PeeringQueries(NetworkLedger ledger, Peerings peerings, PeeringAnswers answers, NetworkConfig config) {
        this.ledger = ledger;
        this.peerings = peerings;
        this.answers = answers;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2,
                "DescribeVpcPeeringConnections",
                DescribeVpcPeeringConnectionsRequest::builder,
                this::describe);
        registry.add(
                Service.EC2,
                "ModifyVpcPeeringConnectionOptions",
                ModifyVpcPeeringConnectionOptionsRequest::builder,
                this::modify);
    }

    DescribeVpcPeeringConnectionsResponse describe(
            RequestContext context, DescribeVpcPeeringConnectionsRequest request) {
        var query = new NetworkLedger.Query(
                request.vpcPeeringConnectionIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = peerings.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var connections = rows.stream()
                    .map(row -> answers.of(row, config.peeringRequestLifetime(), tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, PEERINGS, connections, query);
        });
        return DescribeVpcPeeringConnectionsResponse.builder()
                .vpcPeeringConnections(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    /** All options are off in this cloud, and stay so. */
    ModifyVpcPeeringConnectionOptionsResponse modify(
            RequestContext context, ModifyVpcPeeringConnectionOptionsRequest request) {
        var id = NetworkErrors.required(request.vpcPeeringConnectionId(), "VpcPeeringConnectionId");
        var requester = request.requesterPeeringConnectionOptions();
        var accepter = request.accepterPeeringConnectionOptions();
        if (requester == null && accepter == null) {
            throw NetworkErrors.missing("RequesterPeeringConnectionOptions or AccepterPeeringConnectionOptions");
        }
        ledger.run(context, entities -> {
            var row = peerings.require(entities, context.account(), id);
            if (row.status() != PeeringStatus.ACTIVE) {
                throw NetworkErrors.notPermitted(
                        "Peering " + id + " is not active. Peering options can be added only to active peerings.");
            }
        });
        refuseOn(requester);
        refuseOn(accepter);
        return ModifyVpcPeeringConnectionOptionsResponse.builder()
                .requesterPeeringConnectionOptions(off(requester))
                .accepterPeeringConnectionOptions(off(accepter))
                .build();
    }

    private static void refuseOn(@Nullable PeeringConnectionOptionsRequest options) {
        if (options == null) {
            return;
        }
        if (Boolean.TRUE.equals(options.allowDnsResolutionFromRemoteVpc())) {
            throw NetworkErrors.unsupported(
                    "The resolvers of this cloud do not answer with private addresses of a peer: use its addresses.");
        }
        if (Boolean.TRUE.equals(options.allowEgressFromLocalClassicLinkToRemoteVpc())
                || Boolean.TRUE.equals(options.allowEgressFromLocalVpcToRemoteClassicLink())) {
            throw NetworkErrors.unsupported("There is no ClassicLink in this cloud.");
        }
    }

    private static @Nullable PeeringConnectionOptions off(@Nullable PeeringConnectionOptionsRequest given) {
        return given == null
                ? null
                : PeeringConnectionOptions.builder()
                        .allowDnsResolutionFromRemoteVpc(false)
                        .allowEgressFromLocalClassicLinkToRemoteVpc(false)
                        .allowEgressFromLocalVpcToRemoteClassicLink(false)
                        .build();
    }
}
