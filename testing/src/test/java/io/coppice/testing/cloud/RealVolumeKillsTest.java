package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, the death of a host's agent, or of the whole server, in the middle of an operation on a volume would leave a
 * guest without what it was promised, or something behind that nobody removes.
 */
@Tag("full")
class RealVolumeKillsTest {
    private static final int MOMENTS = Integer.getInteger("coppice.test.kill-moments", 3);
    /** An attachment, which takes longest, is through its steps by then. */
    private static final int LATEST_MILLIS = 900;

    @Test
    void theServerDiesInTheMiddleOfEachOperation(@TempDir Path folder) {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat")) {
            killAtEachMoment(cloud, folder, new ServerCrash(cloud));
        }
    }

    /** On a host of its own, so that nothing else dies with it: storage, cloud and other hosts go on. */
    @Test
    void theAgentOfAHostDiesAloneInTheMiddleOfEachOperation(@TempDir Path folder) {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        try (var cloud = CloudUnderTest.up(
                folder.resolve("cloud"), "--hypervisor", "libvirt", "--network", "flat", "--hosts", "2")) {
            var guests = HostProcesses.guests(cloud.data());
            assertTrue(guests.isEmpty(), guests::toString);
            killAtEachMoment(cloud, folder, new AgentCrash(cloud));
            assertEquals(
                    1, HostProcesses.guests(cloud.data()).size(), "it is the same guest all along, and the only one");
        }
    }

    private static void killAtEachMoment(CloudUnderTest cloud, Path folder, VolumeKills.Victim victim) {
        long seed = Long.getLong("coppice.test.kill-seed", System.nanoTime());
        var random = new Random(seed);
        try (var ec2 = cloud.ec2()) {
            var guests = new RealGuests(folder, ec2);
            var guest = guests.launch(ec2, cloud.sampleImageId());
            var kills = new VolumeKills(cloud, guests, guest, victim);
            for (var operation : VolumeKills.Operation.values()) {
                for (int i = 0; i < MOMENTS; i++) {
                    var after = Duration.ofMillis(random.nextInt(LATEST_MILLIS));
                    try {
                        kills.during(operation, after);
                    } catch (AssertionError e) {
                        throw new AssertionError(
                                "%s, killed after %s: repeat it with -Dcoppice.test.kill-seed=%d"
                                        .formatted(operation, after, seed),
                                e);
                    }
                }
            }
        }
    }
}
