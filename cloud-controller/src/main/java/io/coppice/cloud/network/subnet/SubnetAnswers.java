package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.place.Zones;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.SubnetCidrBlockState;
import software.amazon.awssdk.services.ec2.model.SubnetCidrBlockStateCode;
import software.amazon.awssdk.services.ec2.model.SubnetIpv6CidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.SubnetState;

/** Subnets as answers show them. Thread-safe. */
@ApplicationScoped
public class SubnetAnswers {
    private final NetworkLedger ledger;
    private final Subnets subnets;

    /** For the container and for tests. */
    public SubnetAnswers(NetworkLedger ledger, Subnets subnets) {
        this.ledger = ledger;
        this.subnets = subnets;
    }

    /** One subnet. */
    public Subnet of(EntityManager entities, AccountId account, SubnetRow row) {
        return of(entities, account, List.of(row)).getFirst();
    }

    /** Subnets of an account, in the same order. As many queries as for one. */
    List<Subnet> of(EntityManager entities, AccountId account, List<SubnetRow> rows) {
        var free = subnets.freeAddresses(entities, rows);
        var tags = ledger.tags(account, rows.stream().map(SubnetRow::id).toList());
        return rows.stream()
                .map(row -> Subnet.builder()
                        .subnetId(row.id)
                        .subnetArn(ledger.arn(account, NetworkKind.SUBNET, row.id))
                        .vpcId(row.vpcId)
                        .cidrBlock(row.cidrBlock)
                        .ipv6CidrBlockAssociationSet(ipv6(row))
                        .availabilityZone(row.zone)
                        .availabilityZoneId(Zones.idOf(row.zone))
                        .availableIpAddressCount(free.getOrDefault(row.id, 0))
                        .defaultForAz(row.defaultForZone)
                        .mapPublicIpOnLaunch(row.mapPublicIp)
                        .mapCustomerOwnedIpOnLaunch(false)
                        .assignIpv6AddressOnCreation(row.assignIpv6)
                        .enableDns64(row.dns64)
                        .ipv6Native(false)
                        .privateDnsNameOptionsOnLaunch(options -> options.hostnameType(row.hostnameType)
                                .enableResourceNameDnsARecord(row.aRecord)
                                .enableResourceNameDnsAAAARecord(row.aaaaRecord))
                        .ownerId(row.accountId)
                        .state(SubnetState.AVAILABLE)
                        .tags(tags.getOrDefault(row.id, List.of()))
                        .build())
                .toList();
    }

    private static List<SubnetIpv6CidrBlockAssociation> ipv6(SubnetRow row) {
        return row.ipv6CidrBlock == null ? List.of() : List.of(ipv6(row, SubnetCidrBlockStateCode.ASSOCIATED));
    }

    static SubnetIpv6CidrBlockAssociation ipv6(SubnetRow row, SubnetCidrBlockStateCode state) {
        return SubnetIpv6CidrBlockAssociation.builder()
                .associationId(row.ipv6AssociationId)
                .ipv6CidrBlock(row.ipv6CidrBlock)
                .ipv6CidrBlockState(SubnetCidrBlockState.builder().state(state).build())
                .build();
    }
}
