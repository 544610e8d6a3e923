package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, subnets behind a NAT gateway would stay without a way out when its host dies and another one carries it, or two
 * hosts would answer for its address once the first is back.
 */
class GatewayMovesTest {
    private static final String GATEWAY = "nat-00000000000000001";
    private static final String PUBLIC = "198.18.0.99";
    private static final int OUTSIDE_PORT = 8080;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private LabHost carrier;
    private LabHost heir;
    private LabHost other;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
        carrier = lab.addHost();
        heir = lab.addHost();
        other = lab.addHost();
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void whenItsHostDiesAnotherOneCarriesIt() throws Exception {
        var vpc = NetworkEngineContract.red();
        vpc.addNatGateways(NatGateway.newBuilder()
                .setNatGatewayId(GATEWAY)
                .setSubnetId(vpc.getSubnets(0).getSubnetId())
                .setPrivateIpv4("10.0.1.250")
                .setPublicIpv4(PUBLIC)
                .setNodeId(carrier.settings().nodeId())
                .setNodeAddress(carrier.settings().underlayAddress()));
        vpc.getRouteTablesBuilder(0)
                .clearRoutes()
                .addRoutes(Route.newBuilder().setDestination("0.0.0.0/0").setNatGatewayId(GATEWAY));
        lab.tell(vpc);
        var inside = guest(lab, vpc.build(), "inside", other, 1, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
        try (var outside = Wire.echo(lab.internet(), OUTSIDE_PORT)) {
            assertEquals(Optional.of(PUBLIC), Wire.seenAs(inside.space(), NetworkLab.INTERNET, outside.getLocalPort()));

            cables(carrier, "down");
            assertEquals(Optional.empty(), Wire.seenAs(inside.space(), NetworkLab.INTERNET, OUTSIDE_PORT));
            var moved = onHeir(vpc);
            heir.engine().apply(moved);
            other.engine().apply(moved);
            awaitWayOut(inside);

            cables(carrier, "up");
            carrier.engine().apply(moved);
            assertEquals(List.of(), Namespace.named(carrier.settings().bridge() + "-nat-"), "it is another's now");
            awaitWayOut(inside);
            assertTrue(Wire.connect(lab.internet(), PUBLIC, OUTSIDE_PORT).isEmpty(), "nothing comes in by it");
        }
    }

    /** The same generation again, as the Cluster Controller tells it when it has chosen another host. */
    private Vpc onHeir(Vpc.Builder vpc) {
        vpc.getNatGatewaysBuilder(0)
                .setNodeId(heir.settings().nodeId())
                .setNodeAddress(heir.settings().underlayAddress());
        return vpc.build();
    }

    private static void cables(LabHost host, String state) throws IOException {
        host.space().ip("link", "set", "dev", "fab0", state);
        host.space().ip("link", "set", "dev", "pub0", state);
    }

    private static void awaitWayOut(LabGuest inside) throws IOException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        var seen = Wire.seenAs(inside.space(), NetworkLab.INTERNET, OUTSIDE_PORT);
        while (!seen.equals(Optional.of(PUBLIC)) && System.nanoTime() < end) {
            seen = Wire.seenAs(inside.space(), NetworkLab.INTERNET, OUTSIDE_PORT);
        }
        assertEquals(Optional.of(PUBLIC), seen);
    }
}
