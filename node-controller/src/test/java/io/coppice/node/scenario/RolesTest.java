package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cluster.ClusterConfig;
import io.coppice.cluster.ClusterControllerRole;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.node.NodeControllerRole;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.simulated.SimulationConfig;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a process that is told to be a Cluster or Node Controller would not become one. */
class RolesTest {
    @TempDir
    Path folder;

    private final Map<String, String> values = new HashMap<>();

    @BeforeEach
    void configure() throws IOException {
        CertificateAuthority.openOrCreate(RolePki.authorityFolder(folder), Clock.systemUTC());
        values.put("coppice.data-dir", folder.toString());
        values.put("coppice.endpoints.cluster", "127.0.0.1:" + freePort());
        values.put("coppice.node.hypervisor", "simulated");
    }

    @Test
    void manySimulatedHostsShareOneSessionAndKeepTheirNamesOverARestart() {
        values.put("coppice.node.simulated-hosts", "3");
        for (int round = 1; round <= 2; round++) {
            var cluster = cluster();
            var node = node();
            cluster.start();
            node.start();
            assertTrue(cluster.health().ready());
            eventually("three hosts are up", () -> cluster.health()
                    .details()
                    .getOrDefault("hosts-up", "")
                    .equals("3"));
            eventually("the session is up", () -> node.health().ready());
            assertEquals("3", node.health().details().get("hosts"));
            node.stop();
            node.stop();
            cluster.stop();
            assertFalse(node.health().ready());
        }
    }

    @Test
    void oneSimulatedHostHasItsOwnCertificateAndMayStartFirst() {
        values.put("coppice.cluster.allow-simulated-hosts", "false");
        var cluster = cluster();
        var node = node();
        node.start();
        assertFalse(node.health().ready());
        cluster.start();
        eventually("the session is up", () -> node.health().ready());
        node.stop();
        cluster.stop();
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsFix() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            values.put("coppice.endpoints.cluster", "127.0.0.1:" + taken.getLocalPort());
            var error = assertThrows(RoleStartException.class, () -> cluster().start());
            assertTrue(String.valueOf(error.getMessage()).contains(":" + taken.getLocalPort()));
            assertTrue(error.fix().contains("coppice.endpoints.cluster"));
        }
    }

    @Test
    void aWrongSettingIsNamedWithItsFix() {
        values.put("coppice.node.hypervisor", "xen");
        assertTrue(assertThrows(RoleStartException.class, () -> node().start())
                .fix()
                .contains("libvirt or simulated"));
        values.put("coppice.node.hypervisor", "simulated");
        values.put("coppice.node.join-token", "nonsense");
        assertThrows(RoleStartException.class, () -> node().start());
        values.put("coppice.cluster.scheduler", "best");
        assertTrue(assertThrows(RoleStartException.class, () -> cluster().start())
                .fix()
                .contains("coppice.cluster.scheduler"));
        values.put("coppice.cluster.scheduler", "first-fit");
        values.put("coppice.cluster.neighbours.another", "nowhere");
        assertTrue(assertThrows(RoleStartException.class, () -> cluster().start())
                .fix()
                .contains("coppice.cluster.neighbours.another"));
    }

    private ClusterControllerRole cluster() {
        var config = config();
        return new ClusterControllerRole(
                config.getConfigMapping(SiteConfig.class), config.getConfigMapping(ClusterConfig.class));
    }

    private NodeControllerRole node() {
        var config = config();
        return new NodeControllerRole(
                config.getConfigMapping(SiteConfig.class),
                config.getConfigMapping(NodeConfig.class),
                config.getConfigMapping(AgentConfig.class),
                config.getConfigMapping(SimulationConfig.class));
    }

    private SmallRyeConfig config() {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(SiteConfig.class)
                .withMapping(ClusterConfig.class)
                .withMapping(NodeConfig.class)
                .withMapping(AgentConfig.class)
                .withMapping(SimulationConfig.class)
                .withDefaultValues(values)
                .build();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
