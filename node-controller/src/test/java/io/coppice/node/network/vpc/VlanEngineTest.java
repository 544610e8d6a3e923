package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, subnets in VLANs of the site's would not keep the contract of engines with VPCs. */
@Tag("full")
class VlanEngineTest extends NetworkEngineContract {
    @TempDir
    static Path folder;

    private static NetworkLab lab;

    @BeforeAll
    static void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        assumeTrue(OpenSwitch.isInstalled(), "no Open vSwitch here: apt-get install openvswitch-switch");
        lab = new NetworkLab(folder, Trunk.Kind.VLANS);
        lab.addHost();
        lab.addHost();
        lab.tell(red());
        lab.tell(blue());
    }

    @AfterAll
    static void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    @Override
    NetworkLab lab() {
        return lab;
    }
}
