package io.coppice.cloud.network.compile;

import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;

/** If this fails, hosts build another network than the records say, or are not told of a change. */
class VpcCompilerTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final NetworkSteps steps = new NetworkSteps(cloud);
    private final VpcChanges changes = cloud.bean(VpcChanges.class);
    private String vpc = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = steps.vpc("10.0.0.0/16");
    }

    private Vpc compiled() {
        return DATABASE.call(
                entities -> cloud.bean(VpcCompiler.class).compile(entities, vpc).orElseThrow());
    }

    @Test
    void theMessageIsWhatTheRecordsSay() {
        var one = steps.subnet(vpc, "10.0.1.0/24");
        var two = steps.subnet(vpc, "10.0.2.0/24");
        var gateway = steps.gateway(vpc);
        var table = steps.routeTable(vpc);
        steps.route(CreateRouteRequest.builder()
                .routeTableId(table)
                .destinationCidrBlock("0.0.0.0/0")
                .gatewayId(gateway)
                .build());
        cloud.call(
                AssociateRouteTableResponse.class,
                AssociateRouteTableRequest.builder()
                        .routeTableId(table)
                        .subnetId(one)
                        .build());
        var message = compiled();
        assertEquals(List.of("10.0.0.0/16"), message.getCidrBlocksList());
        assertEquals("us-east-1.internal", message.getPrivateDomain());
        assertEquals(List.of("AmazonProvidedDNS"), message.getDhcpOptions().getDomainNameServersList());
        assertTrue(message.getDnsSupport());
        var subnets = message.getSubnetsList();
        assertEquals(2, subnets.size());
        for (var subnet : subnets) {
            assertEquals(
                    subnet.getSubnetId().equals(one), subnet.getRouteTableId().equals(table));
            assertTrue(subnet.getSubnetId().equals(one) || subnet.getSubnetId().equals(two));
            assertNotEquals(message.getVni(), subnet.getVni());
            assertEquals(message.getNetworkAcls(0).getNetworkAclId(), subnet.getNetworkAclId());
        }
        assertNotEquals(subnets.getFirst().getVni(), subnets.getLast().getVni());
        assertEquals(100, message.getNetworkAcls(0).getIngress(0).getRuleNumber());
        assertEquals(100, message.getNetworkAcls(0).getEgress(0).getRuleNumber());
        assertEquals(gateway, route(message).getInternetGatewayId());
        cloud.call(
                DetachInternetGatewayResponse.class,
                DetachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(vpc)
                        .build());
        assertTrue(route(compiled()).getBlackhole());
        assertTrue(compiled().getGeneration() > message.getGeneration());
    }

    private static Route route(Vpc message) {
        return message.getRouteTablesList().stream()
                .filter(each -> each.getRoutesCount() > 0)
                .findFirst()
                .orElseThrow()
                .getRoutes(0);
    }

    @Test
    void peersAreToldOfEachOthersRanges() {
        var peer = steps.vpc(BOB, "10.1.0.0/16");
        var id = cloud.call(
                        CreateVpcPeeringConnectionResponse.class,
                        CreateVpcPeeringConnectionRequest.builder()
                                .vpcId(vpc)
                                .peerVpcId(peer)
                                .peerOwnerId(BOB.value())
                                .build())
                .vpcPeeringConnection()
                .vpcPeeringConnectionId();
        assertEquals(0, compiled().getPeeringsCount());
        cloud.call(
                BOB,
                AcceptVpcPeeringConnectionResponse.class,
                AcceptVpcPeeringConnectionRequest.builder()
                        .vpcPeeringConnectionId(id)
                        .build());
        var before = changes.since(0);
        cloud.call(
                BOB,
                AssociateVpcCidrBlockResponse.class,
                AssociateVpcCidrBlockRequest.builder()
                        .vpcId(peer)
                        .cidrBlock("10.2.0.0/16")
                        .build());
        var told = changes.since(before.position()).vpcs();
        assertEquals(
                List.of(vpc, peer).stream().sorted().toList(),
                told.stream().map(Vpc::getVpcId).sorted().toList());
        var peering = compiled().getPeerings(0);
        assertEquals(peer, peering.getPeerVpcId());
        assertEquals(List.of("10.1.0.0/16", "10.2.0.0/16"), peering.getPeerCidrBlocksList());
        assertTrue(peering.getVni() > 0);
    }

    @Test
    void everyChangeIsToldAndSoIsTheEnd() throws InterruptedException {
        var position = changes.since(0).position();
        var seen = changes.signals();
        var subnet = steps.subnet(vpc, "10.0.1.0/24");
        changes.await(seen, Duration.ofSeconds(1));
        assertTrue(changes.signals() > seen);
        var told = changes.since(position);
        assertEquals(1, told.vpcs().size());
        assertEquals(1, told.vpcs().getFirst().getSubnetsCount());
        assertEquals(List.of(), changes.since(told.position()).vpcs());
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(subnet).build());
        cloud.call(
                DeleteVpcResponse.class, DeleteVpcRequest.builder().vpcId(vpc).build());
        var gone = changes.since(told.position()).vpcs();
        assertEquals(1, gone.size());
        assertTrue(gone.getFirst().getDeleted());
        assertTrue(gone.getFirst().getGeneration() > told.vpcs().getFirst().getGeneration());
        boolean there = DATABASE.call(
                entities -> cloud.bean(VpcCompiler.class).compile(entities, vpc).isPresent());
        assertFalse(there);
    }

    /** If this fails, a change that was open while somebody looked is never told. */
    @Test
    void aChangeThatWasOpenDuringALookComesWithTheNext() {
        var all = changes.since(0);
        var seen = DATABASE.call(entities -> {
            cloud.bean(VpcGenerations.class).changed(entities, vpc);
            // Another connection looks, and others write and end, while this transaction is open.
            return inAnotherThread(() -> {
                steps.vpc(BOB, "10.7.0.0/16");
                return changes.since(all.position());
            });
        });
        assertFalse(seen.vpcs().stream().anyMatch(each -> each.getVpcId().equals(vpc)));
        assertTrue(changes.since(seen.position()).vpcs().stream()
                .anyMatch(each -> each.getVpcId().equals(vpc)));
    }

    private static <T> T inAnotherThread(Callable<T> work) {
        try (var thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(work).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
