package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, hosts would take a wrong gateway, or text that is no address would get into packet rules. */
class Ipv4RangeTest {
    @Test
    void tellsItsAddresses() {
        var range = Ipv4Range.parse("172.31.0.0/16");
        assertEquals("172.31.0.1", range.firstHost());
        assertEquals("255.255.0.0", range.netmask());
        assertEquals("172.31.0.0/16", range.toString());
        assertTrue(range.contains("172.31.255.7"));
        assertFalse(range.contains("172.32.0.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "172.31.0.0", "172.31.0.1/16", "256.0.0.0/8", "1.2.3/8", "10.0.0.0/7", "10.0.0.0/31", "a/b"})
    void refusesWhatIsNoNetwork(String text) {
        assertThrows(IllegalArgumentException.class, () -> Ipv4Range.parse(text));
    }
}
