package io.coppice.cloud.action;

/**
 * Carries out one action: decides on a snapshot, writes in one transaction, answers. It makes no remote call unless its
 * Javadoc says why. Throws {@link io.coppice.wire.error.AwsException} for everything that the user should be told.
 *
 * @param <Q> the AWS SDK's request class
 * @param <A> the AWS SDK's response class
 */
@FunctionalInterface
public interface ActionHandler<Q, A> {
    /** Thread-safe: called concurrently on virtual threads. */
    A handle(RequestContext context, Q request);
}
