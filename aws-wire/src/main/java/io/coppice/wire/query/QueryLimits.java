package io.coppice.wire.query;

/**
 * How much of a request is read before it is refused.
 *
 * @param maxParameters parameters per request, 1 or more
 * @param maxDepth dots in a parameter's name, 1 or more
 */
public record QueryLimits(int maxParameters, int maxDepth) {
    /** Ten times what the largest real request needs. */
    public static final QueryLimits DEFAULT = new QueryLimits(10_000, 16);
}
