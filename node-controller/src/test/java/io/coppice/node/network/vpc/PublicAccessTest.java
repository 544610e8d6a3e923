package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed, a host would have two ways to the public network, on which frames go in circles, or none. */
class PublicAccessTest {
    private static final Optional<String> UPLINK = Optional.of("eth1");

    @Test
    void theUplinkSaysWhatIsNotSet() {
        assertEquals(PublicAccess.HERE, PublicAccess.of("auto", UPLINK));
        assertEquals(PublicAccess.OWN, PublicAccess.of("auto", Optional.empty()));
        assertEquals(PublicAccess.HERE, PublicAccess.of("yes", Optional.empty()));
        assertEquals(PublicAccess.ELSEWHERE, PublicAccess.of("no", Optional.empty()));
    }

    @Test
    void aWayOfItsOwnAndOneThroughOthersAreRefused() {
        var both = assertThrows(IllegalArgumentException.class, () -> PublicAccess.of("no", UPLINK));
        assertTrue(String.valueOf(both.getMessage()).contains("coppice.node.network.uplink eth1"), both.toString());
        var other = assertThrows(IllegalArgumentException.class, () -> PublicAccess.of("perhaps", UPLINK));
        assertTrue(String.valueOf(other.getMessage()).contains("auto, yes or no"), other.toString());
    }
}
