package io.coppice.cloud.network.vpc;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.acl.NetworkAcls;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockStateCode;

/** AssociateVpcCidrBlock and DisassociateVpcCidrBlock. Thread-safe. */
@ApplicationScoped
class VpcCidrActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final VpcRanges ranges;
    private final NetworkAcls acls;

    VpcCidrActions(NetworkLedger ledger, Vpcs vpcs, VpcRanges ranges, NetworkAcls acls) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.ranges = ranges;
        this.acls = acls;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "AssociateVpcCidrBlock", AssociateVpcCidrBlockRequest::builder, this::associate);
        registry.add(
                Service.EC2, "DisassociateVpcCidrBlock", DisassociateVpcCidrBlockRequest::builder, this::disassociate);
    }

    AssociateVpcCidrBlockResponse associate(RequestContext context, AssociateVpcCidrBlockRequest request) {
        var id = NetworkErrors.required(request.vpcId(), "VpcId");
        var ipv6 = Boolean.TRUE.equals(request.amazonProvidedIpv6CidrBlock());
        if (ipv6 == (request.cidrBlock() != null)) {
            throw NetworkErrors.combination("Give either CidrBlock or AmazonProvidedIpv6CidrBlock.");
        }
        if (request.ipv6CidrBlock() != null || request.ipv6Pool() != null || request.ipv4IpamPoolId() != null) {
            throw NetworkErrors.unsupported("There are no address pools of users in this cloud.");
        }
        return ledger.call(context, entities -> {
            var vpc = vpcs.changeWithPeers(entities, context.account(), id);
            var range = ipv6 ? newIpv6(entities, vpc) : newIpv4(entities, vpc, VpcRanges.read(request.cidrBlock()));
            var association = NetworkKind.newId(Vpcs.ASSOCIATION_PREFIX);
            vpcs.addRange(entities, id, range, association);
            ledger.record(context, NetworkKind.VPC, id, "modified", Map.of("added_cidr_block", range.toString()));
            var row = new VpcCidrRow(association, id, range);
            var answer = AssociateVpcCidrBlockResponse.builder().vpcId(id);
            // As AWS has it: the answer tells of the beginning, the next listing of the end.
            return (ipv6
                            ? answer.ipv6CidrBlockAssociation(VpcAnswers.ipv6(row, VpcCidrBlockStateCode.ASSOCIATING))
                            : answer.cidrBlockAssociation(VpcAnswers.ipv4(row, VpcCidrBlockStateCode.ASSOCIATING)))
                    .build();
        });
    }

    private IpRange newIpv4(EntityManager entities, VpcRow vpc, IpRange range) {
        ranges.checkFits(vpc.id, vpcs.ranges(entities, vpc.id), range);
        for (var peer : vpcs.peers(entities, vpc.id)) {
            if (vpcs.ranges(entities, peer).stream().anyMatch(range::overlaps)) {
                throw VpcErrors.conflict(range.toString());
            }
        }
        return range;
    }

    private IpRange newIpv6(EntityManager entities, VpcRow vpc) {
        if (vpcs.ranges(entities, vpc.id).stream().anyMatch(IpRange::ipv6)) {
            throw VpcErrors.cidrLimit(vpc.id, 1);
        }
        acls.allowIpv6(entities, vpc.id);
        return ranges.freeIpv6(entities);
    }

    DisassociateVpcCidrBlockResponse disassociate(RequestContext context, DisassociateVpcCidrBlockRequest request) {
        var association = NetworkErrors.required(request.associationId(), "AssociationId");
        return ledger.call(context, entities -> {
            var block = entities.find(VpcCidrRow.class, association);
            if (block == null
                    || vpcs.find(entities, context.account(), block.vpcId).isEmpty()) {
                throw VpcErrors.associationNotFound(association);
            }
            vpcs.changeWithPeers(entities, context.account(), block.vpcId);
            var blocks = vpcs.blocks(entities, List.of(block.vpcId)).getOrDefault(block.vpcId, List.of());
            if (blocks.stream().noneMatch(each -> each.associationId.equals(association))) {
                throw VpcErrors.associationNotFound(association);
            }
            if (blocks.getFirst().associationId.equals(association)) {
                throw VpcErrors.primary(association);
            }
            checkUnused(entities, block);
            entities.remove(block);
            ledger.record(
                    context, NetworkKind.VPC, block.vpcId, "modified", Map.of("removed_cidr_block", block.cidrBlock));
            var answer = DisassociateVpcCidrBlockResponse.builder().vpcId(block.vpcId);
            return (block.ipv6
                            ? answer.ipv6CidrBlockAssociation(
                                    VpcAnswers.ipv6(block, VpcCidrBlockStateCode.DISASSOCIATING))
                            : answer.cidrBlockAssociation(VpcAnswers.ipv4(block, VpcCidrBlockStateCode.DISASSOCIATING)))
                    .build();
        });
    }

    private static void checkUnused(EntityManager entities, VpcCidrRow block) {
        var range = IpRange.of(block.cidrBlock);
        var used = entities
                .createQuery(
                        "select " + (block.ipv6 ? "s.ipv6CidrBlock" : "s.cidrBlock")
                                + " from SubnetRow s where s.vpcId = :vpc",
                        String.class)
                .setParameter("vpc", block.vpcId)
                .getResultList()
                .stream()
                .anyMatch(subnet -> subnet != null && range.contains(IpRange.of(subnet)));
        if (used) {
            throw NetworkErrors.dependency(
                    "The CIDR block '" + block.cidrBlock + "' has subnets in it and cannot be disassociated.");
        }
    }
}
