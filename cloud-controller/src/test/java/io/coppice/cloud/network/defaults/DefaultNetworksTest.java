package io.coppice.cloud.network.defaults;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.gateway.InternetGateways;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** If this fails, accounts find no network, or its ids are others than before the cloud had VPCs. */
class DefaultNetworksTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final DefaultNetworks networks = cloud.bean(DefaultNetworks.class);
    private final Vpcs vpcs = cloud.bean(Vpcs.class);
    private final Subnets subnets = cloud.bean(Subnets.class);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @Test
    void everyAccountFindsOneDefaultNetworkWithTheIdsThatItAlwaysHad() {
        var ids = cloud.bean(DefaultNetwork.class).of(ALICE);
        DATABASE.run(entities -> networks.ensure(entities, ALICE));
        DATABASE.run(entities -> networks.ensure(entities, ALICE));
        DATABASE.run(entities -> networks.ensure(entities, BOB));
        DATABASE.run(entities -> {
            var vpc = vpcs.standard(entities, ALICE).orElseThrow();
            assertEquals(ids.vpcId(), vpc.id());
            assertEquals(ids.dhcpOptionsId(), vpc.dhcpOptionsId());
            assertTrue(vpc.dnsHostnames());
            assertEquals(1, vpcs.all(entities, ALICE).size());
            assertEquals("[172.31.0.0/16]", vpcs.ranges(entities, vpc.id()).toString());
            var subnet = subnets.standard(entities, ALICE, "us-east-1a").orElseThrow();
            assertEquals(ids.subnetId(), subnet.id());
            assertEquals("172.31.0.0/20", subnet.range().toString());
            assertTrue(subnet.mapPublicIp());
            assertEquals(ids.networkAclId(), subnet.networkAclId());
            assertEquals(4091, subnets.freeAddresses(entities, List.of(subnet)).get(subnet.id()));
            assertEquals(
                    ids.internetGatewayId(),
                    cloud.bean(InternetGateways.class)
                            .attachedTo(entities, vpc.id())
                            .orElseThrow());
            assertNotEquals(vpc.id(), vpcs.standard(entities, BOB).orElseThrow().id());
        });
    }

    /** If this fails, hosts are not told of a change, or for ever of all. */
    @Test
    void aChangeIsFoundFromThePositionBefore() {
        var generations = cloud.bean(VpcGenerations.class);
        DATABASE.run(entities -> networks.ensure(entities, ALICE));
        var vpc = DATABASE.call(
                entities -> vpcs.standard(entities, ALICE).orElseThrow().id());
        var before = DATABASE.call(entities -> generations.since(entities, 0));
        assertTrue(before.changes().stream().anyMatch(change -> change.vpcId().equals(vpc)));
        assertEquals(List.of(), DATABASE.call(entities -> generations
                .since(entities, before.position())
                .changes()));
        DATABASE.run(entities -> vpcs.change(entities, ALICE, vpc));
        var after = DATABASE.call(entities -> generations.since(entities, before.position()));
        assertEquals(1, after.changes().size());
        var earlier = before.changes().stream()
                .filter(change -> change.vpcId().equals(vpc))
                .findFirst()
                .orElseThrow();
        assertTrue(after.changes().getFirst().generation() > earlier.generation());
    }
}
