package io.coppice.cloud.network.routetable;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.vpc.Vpcs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteResponse;

/** CreateRoute, ReplaceRoute and DeleteRoute. Thread-safe. */
@ApplicationScoped
class RouteActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final RouteTables tables;
    private final WantedTarget.Reader targets;
    private final NetworkConfig config;

    RouteActions(
            NetworkLedger ledger, Vpcs vpcs, RouteTables tables, WantedTarget.Reader targets, NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.tables = tables;
        this.targets = targets;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateRoute", CreateRouteRequest::builder, this::create);
        registry.add(Service.EC2, "ReplaceRoute", ReplaceRouteRequest::builder, this::replace);
        registry.add(Service.EC2, "DeleteRoute", DeleteRouteRequest::builder, this::delete);
    }

    CreateRouteResponse create(RequestContext context, CreateRouteRequest request) {
        var tableId = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        var destination = destination(
                request.destinationCidrBlock(), request.destinationIpv6CidrBlock(), request.destinationPrefixListId());
        var wanted = WantedTarget.of(request);
        ledger.run(context, entities -> {
            var table = tables.change(entities, context.account(), tableId);
            if (tables.route(entities, tableId, destination).isPresent()) {
                throw RouteErrors.exists(destination);
            }
            var target = target(context, entities, table, destination, wanted);
            var sameFamily = tables.routes(entities, List.of(tableId)).getOrDefault(tableId, List.of()).stream()
                    .filter(route -> IpRange.of(route.key.destination()).ipv6() == destination.ipv6())
                    .count();
            if (sameFamily >= config.maxRoutes()) {
                throw NetworkErrors.limit("RouteLimitExceeded", "routes of a table", config.maxRoutes());
            }
            entities.persist(new RouteRow(new RouteRow.Key(tableId, destination.toString()), target));
            record(context, tableId, "route-created", destination, target);
        });
        return CreateRouteResponse.builder().returnValue(true).build();
    }

    ReplaceRouteResponse replace(RequestContext context, ReplaceRouteRequest request) {
        var tableId = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        if (request.localTarget() != null) {
            throw NetworkErrors.unsupported("Local routes of this cloud always lead to the VPC itself.");
        }
        var destination = destination(
                request.destinationCidrBlock(), request.destinationIpv6CidrBlock(), request.destinationPrefixListId());
        var wanted = WantedTarget.of(request);
        ledger.run(context, entities -> {
            var table = tables.change(entities, context.account(), tableId);
            var route = tables.route(entities, tableId, destination)
                    .orElseThrow(() -> RouteErrors.nothingToReplace(destination));
            var target = target(context, entities, table, destination, wanted);
            route.targetId = target;
            record(context, tableId, "route-replaced", destination, target);
        });
        return ReplaceRouteResponse.builder().build();
    }

    DeleteRouteResponse delete(RequestContext context, DeleteRouteRequest request) {
        var tableId = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        var destination = destination(
                request.destinationCidrBlock(), request.destinationIpv6CidrBlock(), request.destinationPrefixListId());
        ledger.run(context, entities -> {
            var table = tables.change(entities, context.account(), tableId);
            var route = tables.route(entities, tableId, destination);
            if (route.isEmpty()) {
                throw vpcs.ranges(entities, table.vpcId).contains(destination)
                        ? RouteErrors.local(destination, tableId)
                        : RouteErrors.notFound(destination, tableId);
            }
            entities.remove(route.get());
            record(context, tableId, "route-deleted", destination, route.get().targetId);
        });
        return DeleteRouteResponse.builder().build();
    }

    private String target(
            RequestContext context,
            EntityManager entities,
            RouteTableRow table,
            IpRange destination,
            WantedTarget wanted) {
        var ranges = vpcs.ranges(entities, table.vpcId);
        if (ranges.contains(destination)) {
            throw RouteErrors.exists(destination);
        }
        if (!wanted.isInterface() && ranges.stream().anyMatch(range -> range.contains(destination))) {
            throw RouteErrors.insideVpc(destination);
        }
        return targets.resolve(entities, context.account(), table, destination, wanted);
    }

    private void record(RequestContext context, String tableId, String what, IpRange destination, String target) {
        ledger.record(
                context,
                NetworkKind.ROUTE_TABLE,
                tableId,
                what,
                Map.of("destination", destination.toString(), "target", target));
    }

    private static IpRange destination(@Nullable String ipv4, @Nullable String ipv6, @Nullable String prefixListId) {
        if (prefixListId != null) {
            throw NetworkErrors.unsupported("Routes of this cloud take a CIDR block, not a prefix list.");
        }
        if (ipv4 != null && ipv6 != null) {
            throw NetworkErrors.combination("Give either DestinationCidrBlock or DestinationIpv6CidrBlock.");
        }
        var text = NetworkErrors.required(ipv4 == null ? ipv6 : ipv4, "DestinationCidrBlock");
        return IpRange.parse(text)
                .filter(range -> range.ipv6() == (ipv4 == null))
                .orElseThrow(() -> NetworkErrors.invalid(
                        ipv4 == null ? "destinationIpv6CidrBlock" : "destinationCidrBlock",
                        text,
                        "This is not a valid CIDR block."));
    }
}
