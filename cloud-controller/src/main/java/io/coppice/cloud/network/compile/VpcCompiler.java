package io.coppice.cloud.network.compile;

import io.coppice.cloud.network.routetable.RouteTargets;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.network.v1.DhcpOptions;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message that hosts are told of a VPC by, in twelve queries however much is in the VPC. The generation is read
 * first: what is written meanwhile may be in the message already and comes once more with a higher one. Thread-safe.
 */
@ApplicationScoped
public class VpcCompiler {
    private static final String COMMA = ",";

    private final RouteTargets targets;
    private final GroupRules groups;
    private final SiteConfig site;

    /** For the container and for tests. */
    public VpcCompiler(RouteTargets targets, GroupRules groups, SiteConfig site) {
        this.targets = targets;
        this.groups = groups;
        this.site = site;
    }

    /** The VPC as it is; empty when there is none of this id. Works in the caller's transaction. */
    public Optional<Vpc> compile(EntityManager entities, String vpcId) {
        entities.flush();
        var found = PlainSql.query(
                entities,
                "select v.id, g.generation, v.account_id, v.dns_support, v.dns_hostnames, v.vni, d.domain_name,"
                        + " d.domain_name_servers, d.ntp_servers from vpcs v"
                        + " join vpc_generations g on g.vpc_id = v.id and not g.deleted"
                        + " left join dhcp_options d on d.id = v.dhcp_options_id where v.id = ?",
                this::vpc,
                vpcId);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var vpc = found.getFirst();
        PlainSql.query(
                entities,
                "select cidr_block, ipv6 from vpc_cidr_blocks where vpc_id = ? order by place",
                row -> row.getBoolean(2) ? vpc.setIpv6CidrBlock(row.getString(1)) : vpc.addCidrBlocks(row.getString(1)),
                vpcId);
        vpc.addAllSubnets(subnets(entities, vpcId))
                .addAllRouteTables(routeTables(entities, vpcId))
                .addAllNetworkAcls(networkAcls(entities, vpcId))
                .addAllSecurityGroups(groups.of(entities, vpcId))
                .addAllNatGateways(natGateways(entities, vpcId))
                .addAllPeerings(peerings(entities, vpcId));
        RecordedInterfaces.of(entities, vpcId).ifPresent(vpc::setFlowLogging);
        return Optional.of(vpc.build());
    }

    /** What hosts are told when the VPC is gone. */
    public static Vpc gone(String vpcId, long generation) {
        return Vpc.newBuilder()
                .setVpcId(vpcId)
                .setGeneration(generation)
                .setDeleted(true)
                .build();
    }

    private Vpc.Builder vpc(ResultSet row) throws SQLException {
        var domain = site.region() + ".internal";
        var ownDomain = row.getString(7);
        return Vpc.newBuilder()
                .setVpcId(row.getString(1))
                .setGeneration(row.getLong(2))
                .setAccountId(row.getString(3))
                .setDnsSupport(row.getBoolean(4))
                .setDnsHostnames(row.getBoolean(5))
                .setVni(row.getInt(6))
                .setPrivateDomain(domain)
                .setDhcpOptions(DhcpOptions.newBuilder()
                        .setDomainName(ownDomain == null ? domain : ownDomain)
                        .addAllDomainNameServers(list(row.getString(8)))
                        .addAllNtpServers(list(row.getString(9))));
    }

    private static List<Subnet> subnets(EntityManager entities, String vpcId) {
        return PlainSql.query(
                entities,
                "select s.id, s.cidr_block, s.ipv6_cidr_block, s.zone, s.vni,"
                        + " coalesce(s.route_table_id, m.id), s.network_acl_id from subnets s"
                        + " join route_tables m on m.vpc_id = s.vpc_id and m.main_association_id is not null"
                        + " where s.vpc_id = ? order by s.id",
                row -> Subnet.newBuilder()
                        .setSubnetId(row.getString(1))
                        .setCidrBlock(row.getString(2))
                        .setIpv6CidrBlock(text(row.getString(3)))
                        .setZone(row.getString(4))
                        .setVni(row.getInt(5))
                        .setRouteTableId(row.getString(6))
                        .setNetworkAclId(text(row.getString(7)))
                        .build(),
                vpcId);
    }

    private List<RouteTable> routeTables(EntityManager entities, String vpcId) {
        var tables = new LinkedHashMap<String, RouteTable.Builder>();
        PlainSql.query(
                entities,
                "select id from route_tables where vpc_id = ? order by id",
                row -> tables.put(row.getString(1), RouteTable.newBuilder().setRouteTableId(row.getString(1))) == null,
                vpcId);
        var routes = PlainSql.query(
                entities,
                "select r.route_table_id, r.destination, r.target_id from routes r"
                        + " join route_tables t on t.id = r.route_table_id where t.vpc_id = ?"
                        + " order by r.route_table_id, r.destination",
                row -> new StoredRoute(row.getString(1), row.getString(2), row.getString(3)),
                vpcId);
        var present = targets.find(
                entities, routes.stream().map(StoredRoute::targetId).toList());
        for (var route : routes) {
            var table = tables.get(route.tableId());
            // A table that came between both queries comes with the next generation.
            if (table != null) {
                table.addRoutes(route(route, present.ready(route.targetId(), vpcId)));
            }
        }
        return tables.values().stream().map(RouteTable.Builder::build).toList();
    }

    private record StoredRoute(String tableId, String destination, String targetId) {}

    private static Route route(StoredRoute stored, boolean ready) {
        var route = Route.newBuilder().setDestination(stored.destination());
        var target = stored.targetId();
        if (!ready) {
            return route.setBlackhole(true).build();
        }
        return (switch (target.substring(0, target.indexOf('-') + 1)) {
                    case "nat-" -> route.setNatGatewayId(target);
                    case "pcx-" -> route.setPeeringId(target);
                    case "eigw-" -> route.setEgressOnlyInternetGatewayId(target);
                    case RouteTargets.INTERFACE_PREFIX -> route.setNetworkInterfaceId(target);
                    default -> route.setInternetGatewayId(target);
                })
                .build();
    }

    private static List<NetworkAcl> networkAcls(EntityManager entities, String vpcId) {
        var acls = new LinkedHashMap<String, NetworkAcl.Builder>();
        PlainSql.query(
                entities,
                "select id from network_acls where vpc_id = ? order by id",
                row -> acls.put(row.getString(1), NetworkAcl.newBuilder().setNetworkAclId(row.getString(1))) == null,
                vpcId);
        PlainSql.query(
                entities,
                "select e.network_acl_id, e.egress, e.rule_number, e.allow, e.protocol, e.from_port, e.to_port,"
                        + " e.cidr_block from network_acl_entries e join network_acls a on a.id = e.network_acl_id"
                        + " where a.vpc_id = ? order by e.network_acl_id, e.rule_number",
                row -> {
                    var acl = acls.get(row.getString(1));
                    return acl != null && add(acl, row.getBoolean(2), entry(row));
                },
                vpcId);
        return acls.values().stream().map(NetworkAcl.Builder::build).toList();
    }

    private static boolean add(NetworkAcl.Builder acl, boolean egress, NetworkAclEntry entry) {
        return (egress ? acl.addEgress(entry) : acl.addIngress(entry)) == acl;
    }

    private static NetworkAclEntry entry(ResultSet row) throws SQLException {
        return NetworkAclEntry.newBuilder()
                .setRuleNumber(row.getInt(3))
                .setAllow(row.getBoolean(4))
                .setProtocol(row.getInt(5))
                .setFromPort(row.getInt(6))
                .setToPort(row.getInt(7))
                .setCidr(row.getString(8))
                .build();
    }

    private static List<NatGateway> natGateways(EntityManager entities, String vpcId) {
        return PlainSql.query(
                entities,
                "select id, subnet_id, private_ip, public_ip from nat_gateways where vpc_id = ?"
                        + " and state in ('pending', 'available') order by id",
                row -> NatGateway.newBuilder()
                        .setNatGatewayId(row.getString(1))
                        .setSubnetId(row.getString(2))
                        .setPrivateIpv4(text(row.getString(3)))
                        .setPublicIpv4(text(row.getString(4)))
                        .build(),
                vpcId);
    }

    private static List<Peering> peerings(EntityManager entities, String vpcId) {
        var peerings = new LinkedHashMap<String, Peering.Builder>();
        PlainSql.query(
                entities,
                "select p.id, p.vni, b.vpc_id, b.cidr_block from vpc_peerings p join vpc_cidr_blocks b on b.vpc_id ="
                        + " case when p.vpc_id = ? then p.peer_vpc_id else p.vpc_id end"
                        + " where p.status = 'active' and ? in (p.vpc_id, p.peer_vpc_id) order by p.id, b.place",
                row -> peerings.computeIfAbsent(
                                row.getString(1), id -> Peering.newBuilder().setPeeringId(id))
                        .setVni(row.getInt(2))
                        .setPeerVpcId(row.getString(3))
                        .addPeerCidrBlocks(row.getString(4)),
                vpcId,
                vpcId);
        return peerings.values().stream().map(Peering.Builder::build).toList();
    }

    private static List<String> list(@Nullable String values) {
        return values == null ? List.of() : Arrays.asList(values.split(COMMA));
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
