package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.ipv6Of;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What stories of a VPC's network begin with: a lab with two hosts, for each anew. */
abstract class TwoHosts {
    @TempDir
    private Path folder;

    protected NetworkLab lab;
    protected LabHost first;
    protected LabHost second;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = newLab(folder);
        first = lab.addHost();
        second = lab.addHost();
    }

    /** A lab without hosts. */
    protected NetworkLab newLab(Path home) throws IOException {
        return new NetworkLab(home);
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    /** A folder of this test's own. */
    protected Path folder() {
        return folder;
    }

    /** A guest of {@link NetworkEngineContract#red()} in the subnet of its address. */
    protected LabGuest red(String label, LabHost host, String address, String... groups) throws IOException {
        return NetworkEngineContract.guest(
                lab, NetworkEngineContract.red().build(), label, host, subnetOf(address), address, groups);
    }

    /** As {@link #red}, with an IPv6 address besides, and without either until it is configured. */
    protected LabGuest bare(String label, LabHost host, String address, String... groups) throws IOException {
        var vpc = NetworkEngineContract.red().build();
        var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(subnetOf(address)), address, groups)
                .addIpv6(ipv6Of(address))
                .build();
        return lab.addGuest(label, host, endpoint).boot();
    }

    /** A guest of both families. */
    protected LabGuest ofBoth(String label, LabHost host, String address, String... groups) throws IOException {
        return bare(label, host, address, groups).configure();
    }

    private static int subnetOf(String address) {
        return address.startsWith("10.0.2.") ? 1 : 0;
    }
}
