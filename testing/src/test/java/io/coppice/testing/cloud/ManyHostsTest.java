package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, a cloud of several hosts does not come up, run guests on them, or go without a trace. */
@Tag("full")
class ManyHostsTest {
    @Test
    void theDemoPassesOnThreeHostsInNamespaces(@TempDir Path folder) {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        var data = folder.resolve("cloud");
        try (var cloud = CloudUnderTest.up(data, "--hypervisor", "libvirt", "--hosts", "3")) {
            var demo = cloud.coppice(CloudUnderTest.DEMO_LIMIT, "demo").orFail();
            assertTrue(demo.output().contains("nothing is left"), demo.output());
        }
        assertEquals(
                Map.of(),
                eventually(
                        "end of all processes", Duration.ofMinutes(1), () -> HostProcesses.naming(data), Map::isEmpty));
    }
}
