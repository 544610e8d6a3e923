package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.network.ovn.OvnEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a host would take another engine than its settings name, or not say which of them is wrong. */
class VpcEngineTest {
    private static final String ENGINE = "coppice.node.network.engine";
    private static final String MODE = "coppice.node.network.mode";
    private static final String PUBLIC = "coppice.node.network.public-cidr";
    private static final String RANGE = "198.18.0.0/16";
    private static final String NORTHBOUND = "coppice.node.network.ovn-northbound";

    @TempDir
    private Path folder;

    private static VpcEngine of(Map<String, String> values) {
        return VpcEngine.of(EngineProcess.config(values));
    }

    @Test
    void theSettingsName() {
        assertEquals(VpcEngine.LINUX, of(Map.of(MODE, "vpc")));
        assertEquals(VpcEngine.OVN, of(Map.of(MODE, "vpc", ENGINE, "ovn")));
    }

    @Test
    void whatCannotBeIsRefusedByItsKey() {
        for (var wrong : new String[][] {{"vpc", "ovs"}, {"managed", "ovn"}}) {
            var refused =
                    assertThrows(IllegalArgumentException.class, () -> of(Map.of(MODE, wrong[0], ENGINE, wrong[1])));
            assertTrue(String.valueOf(refused.getMessage()).startsWith(ENGINE), refused.toString());
        }
        var name = Map.of(PUBLIC, RANGE, MODE, "vpc", "coppice.node.network.ovn-public-network", "a name; with more");
        var refused = assertThrows(
                IllegalArgumentException.class, () -> new OvnEngine(EngineProcess.config(name), "node-1", folder));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("coppice.node.network.ovn-public-network"),
                refused.toString());
    }

    @Test
    void aHostWithoutOvnDoesNotStart() {
        var nowhere =
                Map.of(PUBLIC, RANGE, MODE, "vpc", ENGINE, "ovn", NORTHBOUND, "unix:" + folder.resolve("nb.sock"));
        var failed = assertThrows(
                IOException.class, () -> new OvnEngine(EngineProcess.config(nowhere), "node-1", folder).start());
        assertTrue(String.valueOf(failed.getMessage()).contains("set " + NORTHBOUND), failed.toString());
    }
}
