package io.coppice.server.bench;

/**
 * One line of the result.
 *
 * @param what was measured
 * @param value in {@code unit}
 * @param unit {@code s}, {@code ms}, {@code MB} or {@code ×}
 * @param reach the limit that must be met, in the same unit
 * @param aim the limit that is wished for
 * @param note what is in the number, and what else was seen
 */
public record Measurement(String what, double value, String unit, double reach, double aim, String note) {
    /** The value as a multiple of the reach: at most 1 when it is met. */
    public double ofReach() {
        return value / reach;
    }

    /** The value as a multiple of the aim. */
    public double ofAim() {
        return value / aim;
    }
}
