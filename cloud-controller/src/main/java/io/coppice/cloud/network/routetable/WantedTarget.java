package io.coppice.cloud.network.routetable;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;

/**
 * Where a request wants a route to lead.
 *
 * @param id of the target, as given
 */
record WantedTarget(Kind kind, String id) {
    /** The parameters that name a target. */
    enum Kind {
        GATEWAY,
        NAT_GATEWAY,
        NETWORK_INTERFACE,
        INSTANCE,
        PEERING,
        EGRESS_ONLY_GATEWAY
    }

    static WantedTarget of(CreateRouteRequest request) {
        refuse(
                request.transitGatewayId(),
                request.localGatewayId(),
                request.carrierGatewayId(),
                request.vpcEndpointId(),
                request.coreNetworkArn());
        return of(
                request.gatewayId(),
                request.natGatewayId(),
                request.networkInterfaceId(),
                request.instanceId(),
                request.vpcPeeringConnectionId(),
                request.egressOnlyInternetGatewayId());
    }

    static WantedTarget of(ReplaceRouteRequest request) {
        refuse(
                request.transitGatewayId(),
                request.localGatewayId(),
                request.carrierGatewayId(),
                request.vpcEndpointId(),
                request.coreNetworkArn());
        return of(
                request.gatewayId(),
                request.natGatewayId(),
                request.networkInterfaceId(),
                request.instanceId(),
                request.vpcPeeringConnectionId(),
                request.egressOnlyInternetGatewayId());
    }

    private static void refuse(@Nullable String... targets) {
        for (var target : targets) {
            if (target != null) {
                throw NetworkErrors.unsupported("This cloud has no target of routes like " + target + ".");
            }
        }
    }

    /** In the order of {@link Kind}. */
    private static WantedTarget of(@Nullable String... ids) {
        var given = new LinkedHashMap<Kind, String>();
        for (var kind : Kind.values()) {
            var id = ids[kind.ordinal()];
            if (id != null && !id.isEmpty()) {
                given.put(kind, id);
            }
        }
        if (given.isEmpty()) {
            throw NetworkErrors.missing("GatewayId or another target of the route");
        }
        if (given.size() > 1) {
            throw NetworkErrors.combination("A route has one target: " + String.join(", ", given.values()));
        }
        var only = given.entrySet().iterator().next();
        return new WantedTarget(only.getKey(), only.getValue());
    }

    /** Whether packets go to an instance, which may be inside of the VPC's own ranges. */
    boolean isInterface() {
        return kind == Kind.NETWORK_INTERFACE || kind == Kind.INSTANCE;
    }

    /** Finds the targets that requests name. Thread-safe. */
    @ApplicationScoped
    static class Reader {
        private final InterfaceTargets interfaces;

        Reader(InterfaceTargets interfaces) {
            this.interfaces = interfaces;
        }

        /** The id that the route keeps; throws as AWS does when the target is not there or cannot be this route's. */
        String resolve(
                EntityManager entities,
                AccountId account,
                RouteTableRow table,
                IpRange destination,
                WantedTarget wanted) {
            return switch (wanted.kind) {
                case GATEWAY -> internetGateway(entities, account, table, wanted.id);
                case NAT_GATEWAY -> {
                    if (destination.ipv6()) {
                        throw NetworkErrors.invalid(
                                "destinationIpv6CidrBlock", destination, "A NAT gateway carries IPv4 only.");
                    }
                    NetworkKind.NAT_GATEWAY.check(wanted.id);
                    var missing = NetworkKind.NAT_GATEWAY.notFound(wanted.id);
                    inVpc(
                            entities,
                            "select vpc_id from nat_gateways where account_id = ? and id = ?"
                                    + " and state in ('pending', 'available')",
                            account,
                            table,
                            wanted.id,
                            missing);
                    yield wanted.id;
                }
                case EGRESS_ONLY_GATEWAY -> {
                    if (!destination.ipv6()) {
                        throw NetworkErrors.invalid(
                                "destinationCidrBlock",
                                destination,
                                "An egress-only internet gateway carries IPv6 only.");
                    }
                    inVpc(
                            entities,
                            "select vpc_id from egress_only_internet_gateways where account_id = ? and id = ?",
                            account,
                            table,
                            wanted.id,
                            NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY.notFound(wanted.id));
                    yield wanted.id;
                }
                case NETWORK_INTERFACE -> sameVpc(table, interfaces.require(entities, account, wanted.id));
                case INSTANCE -> sameVpc(table, interfaces.ofInstance(entities, account, wanted.id));
                case PEERING -> peering(entities, table, wanted.id);
            };
        }

        private static String internetGateway(
                EntityManager entities, AccountId account, RouteTableRow table, String id) {
            if (!id.startsWith(NetworkKind.INTERNET_GATEWAY.prefix())) {
                throw RouteErrors.gatewayNotFound(id);
            }
            inVpc(
                    entities,
                    "select coalesce(vpc_id, '') from internet_gateways where account_id = ? and id = ?",
                    account,
                    table,
                    id,
                    RouteErrors.gatewayNotFound(id));
            return id;
        }

        private static String peering(EntityManager entities, RouteTableRow table, String id) {
            NetworkKind.VPC_PEERING.check(id);
            var found = PlainSql.query(
                    entities,
                    "select vpc_id, peer_vpc_id from vpc_peerings where id = ?"
                            + " and status in ('pending-acceptance', 'active')",
                    row -> Map.entry(row.getString(1), row.getString(2)),
                    id);
            if (found.isEmpty()) {
                throw NetworkKind.VPC_PEERING.notFound(id);
            }
            var vpcs = found.getFirst();
            if (!vpcs.getKey().equals(table.vpcId) && !vpcs.getValue().equals(table.vpcId)) {
                throw RouteErrors.otherNetwork(table.id, id);
            }
            return id;
        }

        private static String sameVpc(RouteTableRow table, InterfaceTargets.Interface target) {
            if (!target.vpcId().equals(table.vpcId)) {
                throw RouteErrors.otherNetwork(table.id, target.id());
            }
            return target.id();
        }

        private static void inVpc(
                EntityManager entities,
                String sql,
                AccountId account,
                RouteTableRow table,
                String id,
                AwsException missing) {
            var vpcs = PlainSql.query(entities, sql, row -> row.getString(1), account.value(), id);
            if (vpcs.isEmpty()) {
                throw missing;
            }
            if (!vpcs.getFirst().equals(table.vpcId)) {
                throw RouteErrors.otherNetwork(table.id, id);
            }
        }
    }
}
