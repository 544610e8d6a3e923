package io.coppice.cloud.network.peering;

import io.coppice.cloud.network.IpRange;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.CidrBlock;
import software.amazon.awssdk.services.ec2.model.Ipv6CidrBlock;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnectionVpcInfo;

/** Peering connections as answers show them. Thread-safe. */
@ApplicationScoped
class PeeringAnswers {
    private final SiteConfig site;

    PeeringAnswers(SiteConfig site) {
        this.site = site;
    }

    VpcPeeringConnection of(PeeringRow row, Duration lifetime, List<Tag> tags) {
        var pending = row.status() == PeeringStatus.PENDING_ACCEPTANCE;
        return VpcPeeringConnection.builder()
                .vpcPeeringConnectionId(row.id)
                .requesterVpcInfo(side(row.accountId, row.vpcId, row.cidrBlocks))
                .accepterVpcInfo(side(row.peerAccountId, row.peerVpcId, row.peerCidrBlocks))
                .expirationTime(pending ? row.createdAt.plus(lifetime) : null)
                .status(status -> status.code(row.status).message(row.statusMessage))
                .tags(tags)
                .build();
    }

    private VpcPeeringConnectionVpcInfo side(String accountId, String vpcId, String cidrBlocks) {
        var info = VpcPeeringConnectionVpcInfo.builder()
                .ownerId(accountId)
                .vpcId(vpcId)
                .region(site.region());
        var ranges = Arrays.stream(cidrBlocks.split(","))
                .filter(block -> !block.isEmpty())
                .map(IpRange::of)
                .toList();
        if (ranges.isEmpty()) {
            return info.build();
        }
        return info.cidrBlock(ranges.getFirst().toString())
                .cidrBlockSet(ranges.stream()
                        .filter(range -> !range.ipv6())
                        .map(range ->
                                CidrBlock.builder().cidrBlock(range.toString()).build())
                        .toList())
                .ipv6CidrBlockSet(ranges.stream()
                        .filter(IpRange::ipv6)
                        .map(range -> Ipv6CidrBlock.builder()
                                .ipv6CidrBlock(range.toString())
                                .build())
                        .toList())
                .peeringOptions(options -> options.allowDnsResolutionFromRemoteVpc(false)
                        .allowEgressFromLocalClassicLinkToRemoteVpc(false)
                        .allowEgressFromLocalVpcToRemoteClassicLink(false))
                .build();
    }
}
