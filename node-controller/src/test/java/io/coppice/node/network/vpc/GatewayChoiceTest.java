package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.node.v1.TunnelEnd;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed, a host would stay with a gateway that does not serve, or leave one that does. */
class GatewayChoiceTest {
    private static final TunnelEnd ONE = end("10.0.0.1");
    private static final TunnelEnd TWO = end("10.0.0.2");
    private static final TunnelEnd THREE = end("10.0.0.3");

    private final GatewayChoice choice = new GatewayChoice();

    private static TunnelEnd end(String address) {
        return TunnelEnd.newBuilder().setNodeAddress(address).build();
    }

    private boolean unanswered(int times) {
        var taken = false;
        for (var time = 0; time < times; time++) {
            taken |= choice.asked(false);
        }
        return taken;
    }

    @Test
    void withoutAnswersTheOtherOneIsTakenAndKept() {
        assertTrue(choice.told(List.of(ONE, TWO)));
        choice.asked(true);
        assertFalse(unanswered(GatewayChoice.MISSES - 1), "one lost frame is nothing");
        choice.asked(true);
        assertFalse(unanswered(GatewayChoice.MISSES - 1));
        assertTrue(choice.asked(false));
        assertEquals(Optional.of(TWO), choice.current());
        choice.asked(true);
        assertFalse(choice.told(List.of(ONE, TWO)), "who comes back takes nothing");
        assertFalse(choice.told(List.of(TWO, THREE)));
        assertEquals(Optional.of(TWO), choice.current());
        assertTrue(choice.told(List.of(THREE, ONE)), "it is not one of them any more");
        assertEquals(Optional.of(THREE), choice.current());
    }

    @Test
    void whatIsToldIsFollowedWhileTheOneInUseDoesNotServe() {
        choice.told(List.of(ONE));
        choice.asked(true);
        choice.asked(false);
        assertTrue(choice.told(List.of(TWO, ONE)));
        assertEquals(Optional.of(TWO), choice.current());
    }

    @Test
    void aRouterThatNeverAnswersSaysNothingOfGateways() {
        choice.told(List.of(ONE, TWO));
        assertFalse(unanswered(1_000));
        assertFalse(choice.isCutOff());
        assertTrue(choice.told(List.of(TWO, ONE)), "then the order decides");
        assertEquals(Optional.of(TWO), choice.current());
    }

    @Test
    void whenNoneServesChangesBecomeRareAndItIsKnown() {
        assertTrue(choice.isCutOff(), "there is none");
        choice.told(List.of(ONE, TWO));
        choice.asked(true);
        assertFalse(choice.isCutOff());
        var changes = 0;
        for (var second = 0; second < 600; second++) {
            changes += choice.asked(false) ? 1 : 0;
        }
        assertTrue(changes >= 4 && changes < 20, () -> "in ten minutes: " + choice.current());
        unanswered(GatewayChoice.MISSES);
        assertTrue(choice.isCutOff());
        choice.asked(true);
        assertFalse(choice.isCutOff());
    }

    @Test
    void theOnlyOneIsKept() {
        choice.told(List.of(ONE));
        choice.asked(true);
        assertFalse(unanswered(100));
        assertEquals(Optional.of(ONE), choice.current());
        assertTrue(choice.told(List.of()));
        assertEquals(Optional.empty(), choice.current());
    }
}
