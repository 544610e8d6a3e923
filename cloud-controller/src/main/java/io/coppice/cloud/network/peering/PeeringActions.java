package io.coppice.cloud.network.peering;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;

/** Create-, Accept-, Reject- and DeleteVpcPeeringConnection. Thread-safe. */
@ApplicationScoped
class PeeringActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final Peerings peerings;
    private final PeeringAnswers answers;
    private final VpcGenerations generations;
    private final Zones zones;
    private final NetworkConfig config;
    private final Clock clock;

    PeeringActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            Peerings peerings,
            PeeringAnswers answers,
            VpcGenerations generations,
            Zones zones,
            NetworkConfig config,
            Clock clock) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.peerings = peerings;
        this.answers = answers;
        this.generations = generations;
        this.zones = zones;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2, "CreateVpcPeeringConnection", CreateVpcPeeringConnectionRequest::builder, this::create);
        registry.add(
                Service.EC2, "AcceptVpcPeeringConnection", AcceptVpcPeeringConnectionRequest::builder, this::accept);
        registry.add(
                Service.EC2, "RejectVpcPeeringConnection", RejectVpcPeeringConnectionRequest::builder, this::reject);
        registry.add(
                Service.EC2, "DeleteVpcPeeringConnection", DeleteVpcPeeringConnectionRequest::builder, this::delete);
    }

    CreateVpcPeeringConnectionResponse create(RequestContext context, CreateVpcPeeringConnectionRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        var peerVpcId = NetworkErrors.required(request.peerVpcId(), "PeerVpcId");
        NetworkKind.VPC.check(peerVpcId);
        if (request.peerRegion() != null && !request.peerRegion().equals(zones.region())) {
            throw NetworkErrors.unsupported("VPCs are peered within the region " + zones.region() + " only.");
        }
        if (vpcId.equals(peerVpcId)) {
            throw NetworkErrors.invalid("peerVpcId", peerVpcId, "A VPC cannot be peered with itself.");
        }
        var peer = account(request.peerOwnerId(), context.account());
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.VPC_PEERING.resourceType());
        return ledger.call(context, entities -> {
            vpcs.require(entities, context.account(), vpcId);
            generations.changed(entities, List.of(vpcId, peerVpcId));
            peerings.between(entities, vpcId, peerVpcId).ifPresent(present -> {
                throw PeeringErrors.exists(present.id);
            });
            checkRequests(entities, vpcId);
            var requester = new PeeringRow.Side(context.account().value(), vpcId, blocks(vpcs.ranges(entities, vpcId)));
            var ranges = vpcs.find(entities, peer, peerVpcId).isPresent()
                    ? vpcs.ranges(entities, peerVpcId)
                    : List.<IpRange>of();
            var fits = !ranges.isEmpty() && !overlap(vpcs.ranges(entities, vpcId), ranges);
            var row = new PeeringRow(
                    NetworkKind.VPC_PEERING.newId(),
                    requester,
                    new PeeringRow.Side(peer.value(), peerVpcId, blocks(ranges)),
                    PeeringStatus.PENDING_ACCEPTANCE,
                    clock.instant());
            if (!fits) {
                peerings.finish(entities, row, PeeringStatus.FAILED);
            }
            entities.persist(row);
            entities.flush();
            ledger.made(context, NetworkKind.VPC_PEERING, row.id, tags, Map.of("vpc", vpcId, "peer_vpc", peerVpcId));
            return CreateVpcPeeringConnectionResponse.builder()
                    .vpcPeeringConnection(answer(context, row))
                    .build();
        });
    }

    AcceptVpcPeeringConnectionResponse accept(RequestContext context, AcceptVpcPeeringConnectionRequest request) {
        var id = NetworkErrors.required(request.vpcPeeringConnectionId(), "VpcPeeringConnectionId");
        return ledger.call(context, entities -> {
            var row = pending(entities, context, id, "accept", "active");
            checkActive(entities, row.vpcId);
            checkActive(entities, row.peerVpcId);
            var ranges = vpcs.ranges(entities, row.vpcId);
            var peerRanges = vpcs.ranges(entities, row.peerVpcId);
            if (overlap(ranges, peerRanges)) {
                peerings.finish(entities, row, PeeringStatus.FAILED);
            } else {
                row.cidrBlocks = blocks(ranges);
                row.peerCidrBlocks = blocks(peerRanges);
                peerings.activate(entities, row);
            }
            ledger.record(context, NetworkKind.VPC_PEERING, id, "accepted", Map.of("status", row.status));
            return AcceptVpcPeeringConnectionResponse.builder()
                    .vpcPeeringConnection(answer(context, row))
                    .build();
        });
    }

    RejectVpcPeeringConnectionResponse reject(RequestContext context, RejectVpcPeeringConnectionRequest request) {
        var id = NetworkErrors.required(request.vpcPeeringConnectionId(), "VpcPeeringConnectionId");
        ledger.run(context, entities -> {
            var row = pending(entities, context, id, "reject", "rejected");
            peerings.finish(entities, row, PeeringStatus.REJECTED);
            ledger.record(context, NetworkKind.VPC_PEERING, id, "rejected", Map.of());
        });
        return RejectVpcPeeringConnectionResponse.builder().returnValue(true).build();
    }

    DeleteVpcPeeringConnectionResponse delete(RequestContext context, DeleteVpcPeeringConnectionRequest request) {
        var id = NetworkErrors.required(request.vpcPeeringConnectionId(), "VpcPeeringConnectionId");
        ledger.run(context, entities -> {
            var row = peerings.change(entities, context.account(), id);
            var requester = row.accountId.equals(context.account().value());
            if (!row.status().open() || (row.status() == PeeringStatus.PENDING_ACCEPTANCE && !requester)) {
                throw PeeringErrors.transition(row, "deleted");
            }
            peerings.finish(entities, row, PeeringStatus.DELETED);
            ledger.record(context, NetworkKind.VPC_PEERING, id, "deleted", Map.of());
        });
        return DeleteVpcPeeringConnectionResponse.builder().returnValue(true).build();
    }

    /** The connection, with both VPCs locked, if the caller's account is the one that is asked. */
    private PeeringRow pending(EntityManager entities, RequestContext context, String id, String verb, String wanted) {
        var row = peerings.change(entities, context.account(), id);
        if (!row.peerAccountId.equals(context.account().value())) {
            throw PeeringErrors.notAccepter(context.account().value(), id, verb);
        }
        if (row.status() != PeeringStatus.PENDING_ACCEPTANCE) {
            throw PeeringErrors.transition(row, wanted);
        }
        return row;
    }

    private void checkRequests(EntityManager entities, String vpcId) {
        var open = peerings.of(entities, vpcId).stream()
                .filter(row -> row.vpcId.equals(vpcId) && row.status() == PeeringStatus.PENDING_ACCEPTANCE)
                .count();
        if (open >= config.maxPeeringRequests()) {
            throw NetworkErrors.limit(
                    "OutstandingVpcPeeringConnectionLimitExceeded",
                    "open requests for peering of a VPC",
                    config.maxPeeringRequests());
        }
    }

    private void checkActive(EntityManager entities, String vpcId) {
        var active = peerings.of(entities, vpcId).stream()
                .filter(row -> row.status() == PeeringStatus.ACTIVE)
                .count();
        if (active >= config.maxPeerings()) {
            throw NetworkErrors.limit(
                    "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
                    "active peering connections of a VPC",
                    config.maxPeerings());
        }
    }

    private VpcPeeringConnection answer(RequestContext context, PeeringRow row) {
        return answers.of(row, config.peeringRequestLifetime(), ledger.tags(context.account(), row.id));
    }

    private static AccountId account(@Nullable String given, AccountId own) {
        if (given == null || given.isEmpty()) {
            return own;
        }
        if (!given.matches("[0-9]{12}")) {
            throw NetworkErrors.invalid("peerOwnerId", given, "Expecting an account id of twelve digits.");
        }
        return new AccountId(given);
    }

    private static boolean overlap(List<IpRange> some, List<IpRange> others) {
        return some.stream().anyMatch(range -> others.stream().anyMatch(range::overlaps));
    }

    private static String blocks(List<IpRange> ranges) {
        return ranges.stream().map(IpRange::toString).collect(Collectors.joining(","));
    }
}
