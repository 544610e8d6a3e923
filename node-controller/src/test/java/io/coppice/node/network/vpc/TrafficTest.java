package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.network.NetworkEngine.Traffic;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, whoever meters would be told less than guests have sent, or count the same twice. */
class TrafficTest {
    private static final Traffic NONE = new Traffic(0, 0, 0, 0);
    private static final int LINES = 100;

    @TempDir
    private Path folder;

    private NetworkLab lab;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void whatAGuestSendsAndReceivesIsCountedOverRestarts() throws Exception {
        var host = lab.addHost();
        var vpc = NetworkEngineContract.red();
        lab.tell(vpc);
        var one = guest(lab, vpc.build(), "one", host, 0, "10.0.1.10", OPEN);
        var two = guest(lab, vpc.build(), "two", host, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        host.engine().repair();
        var before = of(host, one);
        try (var server = Wire.echo(two.space(), 80);
                var open = Wire.connect(one.space(), two.address(), server.getLocalPort())
                        .orElseThrow()) {
            Wire.line(open);
            for (var line = 0; line < LINES; line++) {
                assertTrue(Wire.isAlive(open));
            }
        }
        host.engine().repair();
        var after = of(host, one);
        assertTrue(after.sentPackets() >= before.sentPackets() + LINES, after + " after " + before);
        assertTrue(after.receivedPackets() >= before.receivedPackets() + LINES, after + " after " + before);
        assertTrue(of(host, two).receivedBytes() >= LINES * 2, "the other side as well");
        host.restartEngine();
        var kept = of(host, one);
        assertTrue(kept.sentPackets() >= after.sentPackets(), "a restart forgets nothing");
        assertTrue(kept.sentPackets() < after.sentPackets() + LINES, "and counts nothing twice");
        lab.removeGuest(two);
        assertNotEquals(NONE, of(host, two), "what has left stays known");
    }

    private static Traffic of(LabHost host, LabGuest guest) {
        return host.engine().traffic().getOrDefault(guest.endpoint().getNetworkInterfaceId(), NONE);
    }
}
