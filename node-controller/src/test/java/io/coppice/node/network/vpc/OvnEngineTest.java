package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, VPCs on a site's OVN would not keep the contract of engines with VPCs. */
class OvnEngineTest extends NetworkEngineContract {
    @TempDir
    static Path folder;

    private static NetworkLab lab;

    @BeforeAll
    static void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        assumeTrue(OvnSite.isInstalled(), "no OVN here: apt-get install ovn-central ovn-host");
        lab = NetworkLab.onOvn(folder);
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
