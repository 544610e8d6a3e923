package io.coppice.cloud.compute;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The states of an instance as users see them, with the codes of the EC2 API reference (InstanceState). */
public enum InstanceState {
    PENDING(0, "pending"),
    RUNNING(16, "running"),
    SHUTTING_DOWN(32, "shutting-down"),
    TERMINATED(48, "terminated"),
    STOPPING(64, "stopping"),
    STOPPED(80, "stopped");

    /** Never left again. The row is kept for an hour so that tools see the end, then it goes. */
    public static final Set<InstanceState> TERMINAL = set(TERMINATED);

    /** A host sets processors and memory aside, or is being looked for. */
    public static final Set<InstanceState> HOLDS_CAPACITY = set(PENDING, RUNNING, STOPPING, SHUTTING_DOWN);

    /** Time in these states is charged: the guest runs for its owner. */
    public static final Set<InstanceState> BILLABLE = set(RUNNING);

    /** A host has, or had, a serial console of it that can be read. */
    public static final Set<InstanceState> CONSOLE_AVAILABLE = set(RUNNING, STOPPING, STOPPED);

    private final int code;
    private final String awsName;

    InstanceState(int code, String awsName) {
        this.code = code;
        this.awsName = awsName;
    }

    /** The number that the API gives beside the name. */
    public int code() {
        return code;
    }

    /** For example {@code shutting-down}. */
    public String awsName() {
        return awsName;
    }

    /** The state of this AWS name, if there is one. */
    public static Optional<InstanceState> byAwsName(String name) {
        return Arrays.stream(values()).filter(s -> s.awsName.equals(name)).findFirst();
    }

    private static Set<InstanceState> set(InstanceState first, InstanceState... rest) {
        return Collections.unmodifiableSet(EnumSet.of(first, rest));
    }
}
