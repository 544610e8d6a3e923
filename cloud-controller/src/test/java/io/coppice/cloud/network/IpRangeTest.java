package io.coppice.cloud.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** If this fails, ranges that overlap are taken for apart, or one range is written in two ways. */
class IpRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/16, 10.0.0.0/16",
        "10.0.5.9/16, 10.0.0.0/16",
        "255.255.255.255/32, 255.255.255.255/32",
        "1.2.3.4/0, 0.0.0.0/0",
        "::/0, ::/0",
        "2001:DB8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128",
        "fd00:0:0:1::/64, fd00:0:0:1::/64",
        "fd00::1:2/64, fd00::/64",
        "1:0:2:3:4:5:6:7/128, 1:0:2:3:4:5:6:7/128"
    })
    void aRangeIsWrittenInOneWay(String given, String written) {
        assertEquals(written, IpRange.of(given).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0/16",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/016",
                "010.0.0.0/8",
                "256.0.0.0/8",
                "10.0.0.0/16 ",
                "::/129",
                ":::/8",
                "1::2::3/64",
                "1:2:3:4:5:6:7:8:9/64",
                "1:2:3:4:5:6:7::8/64/1",
                "12345::/16",
                "g::/16",
                "",
                "/"
            })
    void whatIsNoRangeIsRefused(String given) {
        assertTrue(IpRange.parse(given).isEmpty(), given);
    }

    @Test
    void overlapsAreSeenFromBothSides() {
        var wide = IpRange.of("10.0.0.0/16");
        var narrow = IpRange.of("10.0.255.0/24");
        assertTrue(wide.contains(narrow) && wide.overlaps(narrow) && narrow.overlaps(wide));
        assertFalse(narrow.contains(wide));
        assertFalse(wide.overlaps(IpRange.of("10.1.0.0/16")));
        assertFalse(wide.overlaps(IpRange.of("::/0")));
        assertEquals(BigInteger.valueOf(65536), wide.size());
        assertEquals("10.0.16.0/20", wide.part(20, 1).toString());
    }
}
