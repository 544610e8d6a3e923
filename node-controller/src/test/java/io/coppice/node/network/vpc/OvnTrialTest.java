package io.coppice.node.network.vpc;

import java.io.IOException;
import java.nio.file.Path;

class OvnTrialTest extends VpcScenarioTest {
    @Override
    protected NetworkLab newLab(Path home) throws IOException {
        return NetworkLab.onOvn(home);
    }
}
