package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.compute.WrittenInstances.Version;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.WrittenStructure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Instance;

/** If this fails, kept descriptions outgrow the memory that they were given, or one of another version is found. */
class WrittenInstancesTest {
    private static final WrittenStructure WRITTEN = WrittenStructure.of(
            QueryService.EC2, Instance.builder().instanceId("i-1").build());
    private static final long ROOM_FOR_FOUR = 4L * (WRITTEN.size() + 400);

    private final AtomicLong nanos = new AtomicLong();
    private final WrittenInstances kept = new WrittenInstances(ROOM_FOR_FOUR, nanos::get);

    private static Version version(long row) {
        return new Version(Long.toString(row), Map.of(), List.of());
    }

    private void keep(int number) {
        kept.keep("i-" + number, version(number), WRITTEN);
    }

    private boolean has(int number) {
        return kept.find("i-" + number, version(number)) != null;
    }

    @Test
    void onlyTheVeryVersionIsFound() {
        kept.keep("i-1", new Version("7", Map.of("Name", "a"), List.of()), WRITTEN);
        assertSame(WRITTEN, kept.find("i-1", new Version("7", Map.of("Name", "a"), List.of())));
        assertNull(kept.find("i-1", new Version("8", Map.of("Name", "a"), List.of())));
        assertNull(kept.find("i-1", new Version("7", Map.of("Name", "b"), List.of())));
        var volume = new VolumeAttachments.Held("vol-1", "/dev/sdf", "attached", Instant.EPOCH, false);
        assertNull(kept.find("i-1", new Version("7", Map.of("Name", "a"), List.of(volume))));
        assertNull(kept.find("i-2", new Version("7", Map.of("Name", "a"), List.of())));
    }

    @Test
    void whatDoesNotFitIsNotKeptWhileTheRestIsAskedFor() {
        for (int i = 0; i < 6; i++) {
            keep(i);
            assertTrue(kept.bytes() <= ROOM_FOR_FOUR);
        }
        assertTrue(has(0) && has(3));
        assertTrue(!has(4) && !has(5));
    }

    @Test
    void whatNobodyAskedForMakesRoom() {
        for (int i = 0; i < 4; i++) {
            keep(i);
        }
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertTrue(has(0));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        keep(4);
        assertTrue(has(0));
        assertTrue(has(4));
        assertEquals(1, List.of(1, 2, 3).stream().filter(number -> !has(number)).count());
    }

    @Test
    void anotherVersionTakesThePlaceOfTheOne() {
        for (int i = 0; i < 4; i++) {
            keep(i);
        }
        kept.keep("i-2", version(99), WRITTEN);
        assertNotNull(kept.find("i-2", version(99)));
        assertTrue(has(1) && has(3));
        assertEquals(ROOM_FOR_FOUR, kept.bytes());
    }

    @Test
    void withoutRoomNothingIsKept() {
        var none = new WrittenInstances(0, nanos::get);
        none.keep("i-1", version(1), WRITTEN);
        assertNull(none.find("i-1", version(1)));
        assertEquals(0, none.bytes());
    }
}
