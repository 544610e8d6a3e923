package io.coppice.wire.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this fails, a client could claim to come from an address that policies trust. */
class OriginStampTest {
    private static final byte[] KEY = "a key of the roles".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void onlyWhoHasTheKeyCanTellAnOrigin() {
        for (var origin :
                new OriginStamp[] {new OriginStamp("192.0.2.1", true), new OriginStamp("2001:db8::1", false)}) {
            var stamp = origin.write(KEY, NOW);
            assertEquals(Optional.of(origin), OriginStamp.read(KEY, stamp, NOW.plusSeconds(299)));
            assertEquals(Optional.empty(), OriginStamp.read(KEY, stamp, NOW.plusSeconds(301)));
            assertEquals(Optional.empty(), OriginStamp.read(KEY, stamp, NOW.minusSeconds(301)));
            assertEquals(Optional.empty(), OriginStamp.read(new byte[] {1}, stamp, NOW));
            assertEquals(Optional.empty(), OriginStamp.read(KEY, stamp.replace("2", "3"), NOW));
        }
        assertEquals(Optional.empty(), OriginStamp.read(KEY, "192.0.2.1 true 1", NOW));
        assertEquals(Optional.empty(), OriginStamp.read(KEY, "", NOW));
    }
}
