package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** If this failed, the stories of a VPC's network would not come true on a site's OVN as they do without it. */
@Tag("full")
class OvnScenarioTest extends VpcScenarioTest {
    private static final int GENEVE_MTU = 1_442;

    @Override
    protected NetworkLab newLab(Path home) throws IOException {
        assumeTrue(OvnSite.isInstalled(), "no OVN here: apt-get install ovn-central ovn-host");
        return NetworkLab.onOvn(home);
    }

    @Override
    int tunnelMtu() {
        return GENEVE_MTU;
    }
}
