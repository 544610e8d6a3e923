package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.compute.InstanceStates.ActionOutcome;
import io.coppice.cloud.compute.InstanceStates.Observed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** If this fails, instances come back from the dead, hang in a state for ever, or the documented diagram is not the code. */
class InstanceStatesTest {
    private static final Path PAGE = Path.of("..", "docs", "generated", "instance-states.md");

    @Test
    void theDiagramInTheDocumentationIsTheTable() throws IOException {
        var page = InstanceStatesPage.write();
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE), "rewrite it with -Dgolden.update=true");
    }

    @ParameterizedTest
    @EnumSource(InstancePhase.class)
    void nothingBringsATerminatedInstanceBack(InstancePhase phase) {
        for (var guest : List.of(true, false)) {
            var observed = InstanceStates.observe(InstanceState.TERMINATED, phase, guest);
            assertEquals(
                    InstanceState.TERMINATED,
                    InstanceStates.after(InstanceState.TERMINATED, observed, ShutdownBehavior.STOP));
        }
    }

    @ParameterizedTest
    @EnumSource(InstanceState.class)
    void everyActionHasAnOutcomeAndEveryRefusalAReason(InstanceState state) {
        for (var action : InstanceAction.values()) {
            var reason = InstanceStates.allowedActions(state).get(action);
            var refused = InstanceStates.decide(state, action) instanceof ActionOutcome.Refused;
            assertEquals(refused, reason != null && !reason.isEmpty(), state + " " + action);
        }
    }

    @ParameterizedTest
    @EnumSource(InstanceState.class)
    void terminateIsNeverRefused(InstanceState state) {
        assertFalse(InstanceStates.decide(state, InstanceAction.TERMINATE) instanceof ActionOutcome.Refused);
    }

    @ParameterizedTest
    @EnumSource(InstanceState.class)
    void fromEveryStateTheEndCanBeReached(InstanceState state) {
        var seen = new HashSet<InstanceState>();
        reach(state, seen);
        assertTrue(seen.contains(InstanceState.TERMINATED), "from " + state + " only " + seen);
    }

    @Test
    void aGuestThatShutItselfDownFollowsItsShutdownBehavior() {
        var observed = InstanceStates.observe(InstanceState.RUNNING, InstancePhase.STOPPED, true);
        assertEquals(Observed.GUEST_SHUT_DOWN, observed);
        assertEquals(
                InstanceState.STOPPED, InstanceStates.after(InstanceState.RUNNING, observed, ShutdownBehavior.STOP));
        assertEquals(
                InstanceState.SHUTTING_DOWN,
                InstanceStates.after(InstanceState.RUNNING, observed, ShutdownBehavior.TERMINATE));
    }

    @Test
    void aStartGoesThroughPending() {
        var outcome = InstanceStates.decide(InstanceState.STOPPED, InstanceAction.START);
        assertEquals(
                InstanceState.PENDING,
                assertInstanceOf(ActionOutcome.Change.class, outcome).next());
    }

    @Test
    void codesAndNamesAreThoseOfTheApi() {
        assertEquals(
                Set.of("0 pending", "16 running", "32 shutting-down", "48 terminated", "64 stopping", "80 stopped"),
                Set.copyOf(java.util.Arrays.stream(InstanceState.values())
                        .map(s -> s.code() + " " + s.awsName())
                        .toList()));
        assertNotEquals(InstanceState.BILLABLE, InstanceState.HOLDS_CAPACITY);
    }

    private static void reach(InstanceState state, Set<InstanceState> seen) {
        if (!seen.add(state)) {
            return;
        }
        for (var action : InstanceAction.values()) {
            if (InstanceStates.decide(state, action) instanceof ActionOutcome.Change change) {
                reach(change.next(), seen);
            }
        }
        for (var phase : InstancePhase.values()) {
            reach(
                    InstanceStates.after(state, InstanceStates.observe(state, phase, false), ShutdownBehavior.STOP),
                    seen);
        }
    }
}
