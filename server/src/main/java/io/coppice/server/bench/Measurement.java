package io.coppice.server.bench;

/**
 * One line of the result.
 *
 * @param what was measured
 * @param value in {@code unit}
 * @param unit {@code s}, {@code ms}, {@code µs}, {@code MB}, {@code /s} or {@code ×}
 * @param better whether less or more is better
 * @param reach the limit that must be met, in the same unit
 * @param aim the limit that is wished for
 * @param note what is in the number, and what else was seen
 */
public record Measurement(
        String what, double value, String unit, Better better, double reach, double aim, String note) {
    /** Which way a limit limits. */
    public enum Better {
        /** Times and sizes: the limit is the most that is allowed. */
        LESS,
        /** Rates and ratios to a slower peer: the limit is the least that is allowed. */
        MORE
    }

    /** One of which less is better. */
    public Measurement(String what, double value, String unit, double reach, double aim, String note) {
        this(what, value, unit, Better.LESS, reach, aim, note);
    }

    /** One of which more is better. */
    public static Measurement atLeast(String what, double value, String unit, double reach, double aim, String note) {
        return new Measurement(what, value, unit, Better.MORE, reach, aim, note);
    }

    /** The value as a multiple of the reach, or the reach of the value when more is better: at most 1 when it is met. */
    public double ofReach() {
        return of(reach);
    }

    /** As {@link #ofReach}, of the aim. */
    public double ofAim() {
        return of(aim);
    }

    private double of(double limit) {
        return better == Better.LESS ? value / limit : limit / value;
    }
}
