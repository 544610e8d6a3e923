package io.coppice.cloud.network.vpc;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Vpc;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.VpcClassicLink;
import software.amazon.awssdk.services.ec2.model.VpcIpv6CidrBlockAssociation;

/** DescribeVpcs, and DescribeVpcClassicLink, which tells that no VPC is linked to anything. Thread-safe. */
@ApplicationScoped
class VpcQueries implements ActionModule {
    private static final NetworkLedger.Listing<Vpc> VPCS = new NetworkLedger.Listing<>(
            NetworkKind.VPC,
            Vpc::vpcId,
            Filters.<Vpc>builder()
                    .value("vpc-id", Vpc::vpcId)
                    .value("cidr", Vpc::cidrBlock)
                    // Not documented, but taken by AWS: ansible asks so.
                    .value("cidr-block", Vpc::cidrBlock)
                    .values("cidr-block-association.cidr-block", vpc -> vpc.cidrBlockAssociationSet().stream()
                            .map(VpcCidrBlockAssociation::cidrBlock)
                            .toList())
                    .values("cidr-block-association.association-id", vpc -> vpc.cidrBlockAssociationSet().stream()
                            .map(VpcCidrBlockAssociation::associationId)
                            .toList())
                    .values("cidr-block-association.state", vpc -> vpc.cidrBlockAssociationSet().stream()
                            .map(each -> each.cidrBlockState().stateAsString())
                            .toList())
                    .value("dhcp-options-id", Vpc::dhcpOptionsId)
                    .value("is-default", Vpc::isDefault)
                    .value("isDefault", Vpc::isDefault)
                    .value("owner-id", Vpc::ownerId)
                    .value("state", Vpc::stateAsString)
                    .values("ipv6-cidr-block-association.ipv6-cidr-block", vpc -> ipv6(vpc).stream()
                            .map(VpcIpv6CidrBlockAssociation::ipv6CidrBlock)
                            .toList())
                    .values("ipv6-cidr-block-association.ipv6-pool", vpc -> ipv6(vpc).stream()
                            .map(VpcIpv6CidrBlockAssociation::ipv6Pool)
                            .toList())
                    .values("ipv6-cidr-block-association.association-id", vpc -> ipv6(vpc).stream()
                            .map(VpcIpv6CidrBlockAssociation::associationId)
                            .toList())
                    .values("ipv6-cidr-block-association.state", vpc -> ipv6(vpc).stream()
                            .map(each -> each.ipv6CidrBlockState().stateAsString())
                            .toList())
                    .tags(vpc -> NetworkLedger.asMap(vpc.tags()))
                    .build());
    private static final NetworkLedger.Listing<VpcClassicLink> CLASSIC_LINKS = new NetworkLedger.Listing<>(
            NetworkKind.VPC,
            VpcClassicLink::vpcId,
            Filters.<VpcClassicLink>builder()
                    .value("is-classic-link-enabled", VpcClassicLink::classicLinkEnabled)
                    .tags(vpc -> NetworkLedger.asMap(vpc.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final VpcAnswers answers;

    VpcQueries(NetworkLedger ledger, Vpcs vpcs, VpcAnswers answers) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.answers = answers;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeVpcs", DescribeVpcsRequest::builder, this::describe);
        registry.add(Service.EC2, "DescribeVpcClassicLink", DescribeVpcClassicLinkRequest::builder, this::classicLinks);
    }

    DescribeVpcsResponse describe(RequestContext context, DescribeVpcsRequest request) {
        var query =
                new NetworkLedger.Query(request.vpcIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(
                context,
                entities -> ledger.page(
                        context,
                        VPCS,
                        answers.of(entities, context.account(), vpcs.all(entities, context.account())),
                        query));
        return DescribeVpcsResponse.builder()
                .vpcs(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeVpcClassicLinkResponse classicLinks(RequestContext context, DescribeVpcClassicLinkRequest request) {
        var query = new NetworkLedger.Query(request.vpcIds(), request.filters(), null, null);
        var page = ledger.call(context, entities -> {
            var rows = answers.of(entities, context.account(), vpcs.all(entities, context.account())).stream()
                    .map(vpc -> VpcClassicLink.builder()
                            .vpcId(vpc.vpcId())
                            .classicLinkEnabled(false)
                            .tags(vpc.tags())
                            .build())
                    .toList();
            return ledger.page(context, CLASSIC_LINKS, rows, query);
        });
        return DescribeVpcClassicLinkResponse.builder().vpcs(page.rows()).build();
    }

    private static List<VpcIpv6CidrBlockAssociation> ipv6(Vpc vpc) {
        return vpc.ipv6CidrBlockAssociationSet();
    }
}
