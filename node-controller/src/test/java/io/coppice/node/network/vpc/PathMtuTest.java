package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.command.CommandResult;
import io.coppice.node.lab.Host;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * If this failed, packets that are too large for a part of their way would vanish without a word, and connections hang after their
 * first full packet: nobody would tell the sender the size that fits, or groups and address translation would keep that from it.
 */
class PathMtuTest extends TwoHosts {
    private static final String ELASTIC = "198.18.0.50";
    private static final String OF_GATEWAY = "198.18.0.99";
    private static final String GATEWAY = "nat-00000000000000001";
    private static final String FAR = "203.0.113.77";
    private static final int FAR_MTU = 1_300;
    /** What is left for guests beside the tunnel's headers. */
    private static final int GUESTS_MTU = 1_450;
    /** Of IPv4 and ICMP. */
    private static final int HEADERS = 28;

    private static final int HEADERS_IPV6 = 48;

    @BeforeEach
    void need() {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/ping")) || Files.isExecutable(Path.of("/bin/ping")),
                "iputils-ping");
    }

    /** Sends one packet of this size that may not be cut. */
    private static CommandResult ping(Space from, String to, int bytes) throws IOException {
        return Host.run(
                "nsenter",
                "--net=/run/netns/" + from.name(),
                "ping",
                "-n",
                "-c",
                "1",
                "-W",
                "3",
                "-M",
                "do",
                "-s",
                Integer.toString(bytes - (to.contains(":") ? HEADERS_IPV6 : HEADERS)),
                to);
    }

    private static void tellsTheSizeThatFits(Space from, String to, int mtu) throws IOException {
        assertTrue(reaches(from, to), "a small one must get through first");
        var refused = ping(from, to, mtu + 1);
        assertTrue(
                (refused.output() + refused.errors()).contains("mtu = " + mtu)
                        || (refused.output() + refused.errors()).contains("mtu=" + mtu),
                () -> "nobody told: " + refused.output() + refused.errors());
        var fitting = ping(from, to, mtu);
        assertEquals(0, fitting.exitCode(), () -> "what fits gets through: " + fitting.output() + fitting.errors());
    }

    private static boolean reaches(Space from, String to) throws IOException {
        for (int attempt = 0; attempt < 10; attempt++) {
            if (ping(from, to, 100).succeeded()) {
                return true;
            }
        }
        return false;
    }

    @Test
    void whoeverSendsTooMuchToAGuestIsToldSo() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var guest = red("guest", first, "10.0.1.10", OPEN);
        lab.tellLocations(RED);
        guest.change(guest.endpoint().toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(ELASTIC).setPrivateIpv4(guest.address()))
                .build());
        tellsTheSizeThatFits(lab.internet(), ELASTIC, GUESTS_MTU);
        lab.beyond(FAR + "/32", FAR_MTU);
        tellsTheSizeThatFits(guest.space(), FAR, FAR_MTU);
    }

    @Test
    void theSameIsToldByIpv6() throws Exception {
        var vpc = NetworkEngineContract.red();
        vpc.getRouteTablesBuilder(0)
                .addRoutes(Route.newBuilder().setDestination("::/0").setInternetGatewayId("igw-00000000000000001"));
        lab.tell(vpc);
        var guest = ofBoth("guest", first, "10.0.1.10", OPEN);
        lab.tellLocations(RED);
        tellsTheSizeThatFits(lab.internet(), guest.endpoint().getIpv6(0), GUESTS_MTU);
    }

    @Test
    void aGuestBehindANatGatewayIsToldOfANarrowPlaceBeyondIt() throws Exception {
        var vpc = NetworkEngineContract.red();
        vpc.addNatGateways(NatGateway.newBuilder()
                .setNatGatewayId(GATEWAY)
                .setSubnetId(vpc.getSubnets(0).getSubnetId())
                .setPrivateIpv4("10.0.1.250")
                .setPublicIpv4(OF_GATEWAY)
                .setNodeId("node-2")
                .setNodeAddress("172.30.0.2"));
        vpc.getRouteTablesBuilder(0)
                .clearRoutes()
                .addRoutes(Route.newBuilder().setDestination("0.0.0.0/0").setNatGatewayId(GATEWAY));
        lab.tell(vpc);
        var guest = red("guest", first, "10.0.2.10", OPEN);
        red("near", second, "10.0.2.11", OPEN);
        lab.tellLocations(RED);
        lab.beyond(FAR + "/32", FAR_MTU);
        tellsTheSizeThatFits(guest.space(), FAR, FAR_MTU);
    }
}
