package io.coppice.cloud.action;

import io.coppice.foundation.id.AccountId;
import java.util.Optional;
import java.util.function.BiFunction;
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

    /**
     * Announces an action whose requests refer to what says more of them, for example a launch template: policies are asked
     * about the whole.
     *
     * @param resolution finds out what the request comes to; its refusals reach only those who may ask for the action
     */
    default <Q extends SdkPojo, B extends Buildable & SdkPojo, R extends ResolvedRequest, A extends SdkPojo>
            void addResolved(
                    Service service,
                    String action,
                    Supplier<? extends B> newBuilder,
                    BiFunction<AccountId, Q, R> resolution,
                    ActionHandler<R, A> handler) {
        this.<Q, B, A>add(
                service,
                action,
                newBuilder,
                (context, request) -> handler.handle(context, resolution.apply(context.account(), request)));
    }

    /** What a request comes to. */
    interface ResolvedRequest {
        /** All that policies must see. */
        SdkPojo whole();

        /** The launch template that filled it in. */
        Optional<FilledTemplate> template();
    }

    /** The AWS services that answer on the users' door by the Query protocol. */
    enum Service {
        EC2,
        IAM,
        STS
    }
}
