package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.LearnedAddress;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Instance;

/** If this failed, users would not see which address the site's own DHCP server gave an instance, or would see a wrong one. */
@SuppressWarnings("unchecked") // The SDK's builders take generic varargs.
class LearnedAddressTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final ZoneNews NOBODY_HEARS = new ZoneNews() {
        @Override
        public void startedAnew() {}

        @Override
        public void spokeOf(Collection<String> instanceIds) {}
    };

    private final CloudFixture cloud = new CloudFixture(
            DATABASE, new LaunchRoom(100, 100_000, 1_000_000_000), CloudFixture.CIDR, new LanAddresses());
    private long sequence;

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void anInstanceHasNoAddressUntilItsHostHasLearnedIt() {
        var id = cloud.runOne();
        var before = described(id);
        assertNull(before.privateIpAddress());
        assertEquals("", before.privateDnsName());
        assertEquals(List.of(), before.networkInterfaces().getFirst().privateIpAddresses());
        var mac = before.networkInterfaces().getFirst().macAddress();
        assertTrue(mac.matches("02(:[0-9a-f]{2}){5}"), mac);

        observe(id, mac, "192.0.2.200");
        var known = described(id);
        assertEquals("192.0.2.200", known.privateIpAddress());
        assertEquals("ip-192-0-2-200.us-east-1.internal", known.privateDnsName());
        assertEquals(
                "192.0.2.200",
                known.networkInterfaces()
                        .getFirst()
                        .privateIpAddresses()
                        .getFirst()
                        .privateIpAddress());
        assertEquals(
                1,
                cloud.describe(d -> d.filters(f -> f.name("private-ip-address").values("192.0.2.200")))
                        .size());

        observe(id, mac, "192.0.2.201");
        assertEquals("192.0.2.201", described(id).privateIpAddress(), "the server gave another one");
        observe(id, "02:00:00:00:00:00", "192.0.2.202");
        observe(id, mac, "<script>");
        observe(id, mac, "2001:db8::1");
        assertEquals("192.0.2.201", described(id).privateIpAddress(), "not of this interface, or no address");
    }

    @Test
    void hardwareAddressesDiffer() {
        var macs = new HashSet<String>();
        for (var instance : cloud.run(20).instances()) {
            assertTrue(macs.add(instance.networkInterfaces().getFirst().macAddress()));
        }
        assertFalse(macs.isEmpty());
    }

    private Instance described(String id) {
        return cloud.describe(d -> d.instanceIds(id)).getFirst();
    }

    private void observe(String id, String mac, String address) {
        var ingest = new ObservationIngest(
                DATABASE,
                cloud.events,
                new ZoneReconciler.Belongings(
                        new FlatNetwork(
                                account -> new NetworkNames.DefaultNames("", "", "", ""),
                                new LanAddresses(),
                                CloudFixture.ZONE),
                        new NoVolumes(),
                        new NoCopies()),
                Clock.systemUTC(),
                CloudFixture.ZONE,
                NOBODY_HEARS);
        ingest.ingest(List.of(ZoneEvent.newBuilder()
                .setObservation(Observation.newBuilder()
                        .setInstanceId(id)
                        .setGeneration(1)
                        .setPhase(Phase.PHASE_RUNNING)
                        .setNodeId("n-0123456789abcdef0")
                        .setNodeEpoch(1)
                        .setSequence(++sequence)
                        .addLearnedAddresses(
                                LearnedAddress.newBuilder().setMac(mac).setPrivateIpv4(address)))
                .build()));
    }
}
