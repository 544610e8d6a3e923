package io.coppice.server.bench;

import java.util.List;

/** Values of one kind and what stands in their middle. Immutable; never empty. */
public record Samples(List<Double> sorted) {
    public Samples {
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        sorted = sorted.stream().sorted().toList();
    }

    /** The value in the middle. */
    public double median() {
        return quantile(0.5);
    }

    /** The nearest-rank quantile: the smallest value that so large a share of all does not exceed; 0 to 1. */
    public double quantile(double share) {
        var rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.clamp(rank - 1, 0, sorted.size() - 1));
    }
}
