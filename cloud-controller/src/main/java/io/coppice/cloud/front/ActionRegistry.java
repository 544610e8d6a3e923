package io.coppice.cloud.front;

import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.Buildable;

/** Where features announce the actions they carry out. Filled once at start, read-only afterwards. */
public interface ActionRegistry {
    /**
     * Announces an action; announcing one twice is a programming error and stops the start.
     *
     * @param newBuilder for example {@code RunInstancesRequest::builder}
     */
    <Q, B extends Buildable & SdkPojo, A extends SdkPojo> void add(
            Service service, String action, Supplier<? extends B> newBuilder, ActionHandler<Q, A> handler);

    /**
     * Announces an action that anybody may ask for without a signature, because the request brings its own proof. Its
     * handler sees {@link Caller#NOBODY}.
     */
    default <Q, B extends Buildable & SdkPojo, A extends SdkPojo> void addUnsigned(
            Service service, String action, Supplier<? extends B> newBuilder, ActionHandler<Q, A> handler) {
        add(service, action, newBuilder, handler);
    }

    /** The AWS services that answer on the users' door by the Query protocol. */
    enum Service {
        EC2,
        IAM,
        STS
    }
}
