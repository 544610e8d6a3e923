package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.InstanceState.PENDING;
import static io.coppice.cloud.compute.InstanceState.RUNNING;
import static io.coppice.cloud.compute.InstanceState.SHUTTING_DOWN;
import static io.coppice.cloud.compute.InstanceState.STOPPED;
import static io.coppice.cloud.compute.InstanceState.STOPPING;
import static io.coppice.cloud.compute.InstanceState.TERMINATED;

import java.util.EnumMap;
import java.util.Map;

/**
 * The one table of an instance's life: what users may ask in which state, and what an observation makes of it. Checks,
 * error messages, the diagram in the documentation and the offered actions all come from here. Pure, thread-safe.
 */
public final class InstanceStates {
    private static final ActionOutcome NOTHING = new ActionOutcome.Nothing();
    private static final ActionOutcome START = new ActionOutcome.Change(PENDING, DesiredPower.RUNNING);
    private static final ActionOutcome STOP = new ActionOutcome.Change(STOPPING, DesiredPower.STOPPED);
    private static final ActionOutcome TERMINATE = new ActionOutcome.Change(SHUTTING_DOWN, DesiredPower.TERMINATED);
    private static final ActionOutcome GONE = new ActionOutcome.Refused("the instance is terminated or about to be");

    private InstanceStates() {}

    /** What a user's request means for an instance. */
    public sealed interface ActionOutcome {
        /** The instance goes to {@code next} and is wanted to be {@code desired}. */
        record Change(InstanceState next, DesiredPower desired) implements ActionOutcome {}

        /** The guest is rebooted; the state stays. */
        record Reboot() implements ActionOutcome {}

        /** It is already so, or on its way: answered like a success. */
        record Nothing() implements ActionOutcome {}

        /** {@code IncorrectInstanceState}, with the reason for people. */
        record Refused(String reason) implements ActionOutcome {}
    }

    /** What an observation means for an instance. */
    public enum Observed {
        /** As it was, and not yet what is wanted. */
        WAIT,
        /** The guest runs as wanted. */
        NOW_RUNNING,
        /** The guest is stopped as wanted. */
        NOW_STOPPED,
        /** Nothing is left of it, as wanted, or it can never be had. */
        NOW_TERMINATED,
        /** The guest shut itself down: its shutdown behaviour says what is wanted from now on. */
        GUEST_SHUT_DOWN,
        /** It is not what is wanted and nobody works on it: tell the zone again. */
        APPLY_AGAIN
    }

    /** What becomes of a request in this state. */
    public static ActionOutcome decide(InstanceState state, InstanceAction action) {
        return row(state).of(action);
    }

    /** Every action with the reason why it is refused in this state; empty when it is not. */
    public static Map<InstanceAction, String> allowedActions(InstanceState state) {
        var reasons = new EnumMap<InstanceAction, String>(InstanceAction.class);
        for (var action : InstanceAction.values()) {
            reasons.put(action, decide(state, action) instanceof ActionOutcome.Refused refused ? refused.reason() : "");
        }
        return reasons;
    }

    /**
     * What an observation of the current generation means.
     *
     * @param guestInitiated whether the guest shut down from inside
     */
    public static Observed observe(InstanceState state, InstancePhase phase, boolean guestInitiated) {
        return switch (state) {
            case PENDING, RUNNING ->
                switch (phase) {
                    case RUNNING -> Observed.NOW_RUNNING;
                    case STOPPED -> guestInitiated ? Observed.GUEST_SHUT_DOWN : Observed.APPLY_AGAIN;
                    case GONE -> Observed.APPLY_AGAIN;
                    case FAILED -> Observed.NOW_TERMINATED;
                    case REQUESTED, SCHEDULED, FETCHING_IMAGE, PREPARING, STARTING, STOPPING, UNSCHEDULABLE ->
                        Observed.WAIT;
                };
            case STOPPING, STOPPED ->
                switch (phase) {
                    case STOPPED, GONE -> Observed.NOW_STOPPED;
                    case FAILED -> Observed.NOW_TERMINATED;
                    case RUNNING -> Observed.APPLY_AGAIN;
                    case REQUESTED, SCHEDULED, FETCHING_IMAGE, PREPARING, STARTING, STOPPING, UNSCHEDULABLE ->
                        Observed.WAIT;
                };
            case SHUTTING_DOWN ->
                switch (phase) {
                    case GONE, FAILED -> Observed.NOW_TERMINATED;
                    case RUNNING, STOPPED -> Observed.APPLY_AGAIN;
                    case REQUESTED, SCHEDULED, FETCHING_IMAGE, PREPARING, STARTING, STOPPING, UNSCHEDULABLE ->
                        Observed.WAIT;
                };
            case TERMINATED ->
                switch (phase) {
                    case GONE, FAILED -> Observed.NOW_TERMINATED;
                    case REQUESTED, UNSCHEDULABLE -> Observed.WAIT;
                    // A host that was away came back with it.
                    case SCHEDULED, FETCHING_IMAGE, PREPARING, STARTING, RUNNING, STOPPING, STOPPED ->
                        Observed.APPLY_AGAIN;
                };
        };
    }

    /** The state after an observation. */
    public static InstanceState after(InstanceState state, Observed observed, ShutdownBehavior behavior) {
        if (state == TERMINATED) {
            return TERMINATED;
        }
        return switch (observed) {
            case WAIT, APPLY_AGAIN -> state;
            case NOW_RUNNING -> RUNNING;
            case NOW_STOPPED -> STOPPED;
            case NOW_TERMINATED -> TERMINATED;
            case GUEST_SHUT_DOWN -> behavior == ShutdownBehavior.TERMINATE ? SHUTTING_DOWN : STOPPED;
        };
    }

    private static Row row(InstanceState state) {
        return switch (state) {
            case PENDING, RUNNING -> new Row(NOTHING, STOP, new ActionOutcome.Reboot(), TERMINATE);
            case STOPPING ->
                new Row(
                        new ActionOutcome.Refused("the instance is stopping: wait until it is stopped"),
                        NOTHING,
                        new ActionOutcome.Refused("the instance is stopping: it has no guest to reboot"),
                        TERMINATE);
            case STOPPED ->
                new Row(
                        START,
                        NOTHING,
                        new ActionOutcome.Refused("the instance is stopped: start it instead"),
                        TERMINATE);
            case SHUTTING_DOWN, TERMINATED -> new Row(GONE, GONE, GONE, NOTHING);
        };
    }

    /** One line of the table. */
    private record Row(ActionOutcome start, ActionOutcome stop, ActionOutcome reboot, ActionOutcome terminate) {
        ActionOutcome of(InstanceAction action) {
            return switch (action) {
                case START -> start;
                case STOP -> stop;
                case REBOOT -> reboot;
                case TERMINATE -> terminate;
            };
        }
    }
}
