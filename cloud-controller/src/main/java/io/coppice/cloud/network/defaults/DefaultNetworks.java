package io.coppice.cloud.network.defaults;

import io.coppice.cloud.network.FirstNetwork;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.dhcp.DhcpOptionSets;
import io.coppice.cloud.network.gateway.InternetGateways;
import io.coppice.cloud.network.routetable.RouteTables;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.VpcRow;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes default networks, when an account first needs one and when its user asks for another. Thread-safe. */
@ApplicationScoped
public class DefaultNetworks implements FirstNetwork {
    static final IpRange RANGE = IpRange.of("172.31.0.0/16");
    private static final IpRange EVERYWHERE = IpRange.of("0.0.0.0/0");
    private static final int SUBNET_PREFIX = 20;
    private static final String TENANCY = "default";

    private final DefaultNetwork names;
    private final Zones zones;
    private final FurtherZones further;
    private final DhcpOptionSets dhcpOptions;
    private final Vpcs vpcs;
    private final Subnets subnets;
    private final InternetGateways gateways;
    private final RouteTables routeTables;
    private final Clock clock;

    /** For the container and for tests. */
    public DefaultNetworks(
            DefaultNetwork names,
            Zones zones,
            DhcpOptionSets dhcpOptions,
            Vpcs vpcs,
            Subnets subnets,
            InternetGateways gateways,
            RouteTables routeTables,
            Clock clock) {
        this.names = names;
        this.zones = zones;
        this.further = new FurtherZones(zones, vpcs, subnets);
        this.dhcpOptions = dhcpOptions;
        this.vpcs = vpcs;
        this.subnets = subnets;
        this.gateways = gateways;
        this.routeTables = routeTables;
        this.clock = clock;
    }

    @Override
    public void ensure(EntityManager entities, AccountId account) {
        if (given(entities, account)) {
            further.ensure(entities, account, this);
            return;
        }
        lock(entities, account);
        if (given(entities, account)) {
            return;
        }
        PlainSql.update(
                entities,
                "insert into network_accounts (id, given_at) values (?, ?)",
                account.value(),
                clock.instant().atOffset(ZoneOffset.UTC));
        make(entities, account, names.of(account));
        further.given(entities, account);
    }

    /** Makes a default VPC; the account must have none, and is locked by the caller. */
    VpcRow make(EntityManager entities, AccountId account, DefaultNetwork.@Nullable Ids ids) {
        var options = dhcpOptions.standard(entities, account, ids);
        var vpc = vpcs.make(entities, account, new Vpcs.Wanted(RANGE, true, TENANCY, options), ids);
        var gateway = ids == null ? NetworkKind.INTERNET_GATEWAY.newId() : ids.internetGatewayId();
        gateways.make(entities, account, gateway, vpc.id());
        routeTables.addToMain(entities, vpc.id(), EVERYWHERE, gateway);
        // An account that comes when the site's VLANs are all in use gets along without: its users can make networks
        // later.
        if (subnets.isRoomForOne(entities)) {
            makeSubnet(entities, account, vpc, zones.standard(), ids);
        }
        for (var zone : further.all()) {
            if (subnets.isRoomForOne(entities)) {
                makeSubnet(entities, account, vpc, zone, null);
            }
        }
        return vpc;
    }

    /** Makes the default subnet of a zone in the first part of the VPC that is free. */
    SubnetRow makeSubnet(
            EntityManager entities, AccountId account, VpcRow vpc, String zone, DefaultNetwork.@Nullable Ids ids) {
        var range = free(entities, vpc).orElseThrow(DefaultErrors::noRoom);
        return subnets.make(entities, account, new Subnets.Wanted(vpc.id(), zone, range, true), ids);
    }

    /** The first part of the VPC that is free; empty when there is none. */
    Optional<IpRange> free(EntityManager entities, VpcRow vpc) {
        var taken =
                subnets.in(entities, vpc.id()).stream().map(SubnetRow::range).toList();
        for (long part = 0; part < 1L << (SUBNET_PREFIX - RANGE.prefix()); part++) {
            var candidate = RANGE.part(SUBNET_PREFIX, part);
            if (taken.stream().noneMatch(candidate::overlaps)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    static void lock(EntityManager entities, AccountId account) {
        PlainSql.lock(entities, "default network " + account);
    }

    private static boolean given(EntityManager entities, AccountId account) {
        return !PlainSql.query(entities, "select 1 from network_accounts where id = ?", row -> true, account.value())
                .isEmpty();
    }
}
