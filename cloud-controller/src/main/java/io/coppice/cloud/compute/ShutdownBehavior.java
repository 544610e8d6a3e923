package io.coppice.cloud.compute;

import java.util.Arrays;
import java.util.Optional;

/** What becomes of an instance whose guest shuts itself down. */
public enum ShutdownBehavior {
    STOP("stop"),
    TERMINATE("terminate");

    private final String awsName;

    ShutdownBehavior(String awsName) {
        this.awsName = awsName;
    }

    /** As the API writes it. */
    public String awsName() {
        return awsName;
    }

    /** The behaviour of this AWS name, if there is one. */
    public static Optional<ShutdownBehavior> byAwsName(String name) {
        return Arrays.stream(values()).filter(b -> b.awsName.equals(name)).findFirst();
    }
}
