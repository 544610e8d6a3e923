package io.coppice.cloud.network.vpc;

import io.coppice.cloud.network.NetworkLedger;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Vpc;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockState;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockStateCode;
import software.amazon.awssdk.services.ec2.model.VpcIpv6CidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.VpcState;

/** VPCs as answers show them. Thread-safe. */
@ApplicationScoped
public class VpcAnswers {
    private static final String NO_OPTIONS = "default";
    private static final String POOL = "Amazon";

    private final NetworkLedger ledger;
    private final Vpcs vpcs;

    /** For the container and for tests. */
    public VpcAnswers(NetworkLedger ledger, Vpcs vpcs) {
        this.ledger = ledger;
        this.vpcs = vpcs;
    }

    /** One VPC. */
    public Vpc of(EntityManager entities, AccountId account, VpcRow row) {
        return of(entities, account, List.of(row)).getFirst();
    }

    /** VPCs of an account, in the same order. As many queries as for one. */
    List<Vpc> of(EntityManager entities, AccountId account, List<VpcRow> rows) {
        var ids = rows.stream().map(VpcRow::id).toList();
        var blocks = vpcs.blocks(entities, ids);
        var tags = ledger.tags(account, ids);
        return rows.stream()
                .map(row -> vpc(row, blocks.getOrDefault(row.id, List.of()), tags.getOrDefault(row.id, List.of())))
                .toList();
    }

    private static Vpc vpc(VpcRow row, List<VpcCidrRow> blocks, List<Tag> tags) {
        var ipv4 = blocks.stream().filter(block -> !block.ipv6).toList();
        return Vpc.builder()
                .vpcId(row.id)
                .cidrBlock(ipv4.getFirst().cidrBlock)
                .cidrBlockAssociationSet(ipv4.stream()
                        .map(block -> ipv4(block, VpcCidrBlockStateCode.ASSOCIATED))
                        .toList())
                .ipv6CidrBlockAssociationSet(blocks.stream()
                        .filter(block -> block.ipv6)
                        .map(block -> ipv6(block, VpcCidrBlockStateCode.ASSOCIATED))
                        .toList())
                .dhcpOptionsId(dhcpOptionsId(row.dhcpOptionsId))
                .instanceTenancy(row.tenancy)
                .isDefault(row.isDefault)
                .ownerId(row.accountId)
                .state(VpcState.AVAILABLE)
                .tags(tags)
                .build();
    }

    private static String dhcpOptionsId(@Nullable String id) {
        return id == null ? NO_OPTIONS : id;
    }

    static VpcCidrBlockAssociation ipv4(VpcCidrRow block, VpcCidrBlockStateCode state) {
        return VpcCidrBlockAssociation.builder()
                .associationId(block.associationId)
                .cidrBlock(block.cidrBlock)
                .cidrBlockState(VpcCidrBlockState.builder().state(state).build())
                .build();
    }

    static VpcIpv6CidrBlockAssociation ipv6(VpcCidrRow block, VpcCidrBlockStateCode state) {
        return VpcIpv6CidrBlockAssociation.builder()
                .associationId(block.associationId)
                .ipv6CidrBlock(block.cidrBlock)
                .ipv6CidrBlockState(VpcCidrBlockState.builder().state(state).build())
                .ipv6Pool(POOL)
                .build();
    }
}
