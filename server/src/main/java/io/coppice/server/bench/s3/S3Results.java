package io.coppice.server.bench.s3;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The figures of all rounds, by peer, and the table that they make. Not thread-safe. */
final class S3Results {
    private final Map<String, List<S3Figure>> figures = new LinkedHashMap<>();

    /** Adds what one round of a peer brought. */
    void add(String peer, List<S3Figure> round) {
        figures.computeIfAbsent(peer, name -> new ArrayList<>()).addAll(round);
    }

    /** All figures, by peer. */
    Map<String, List<S3Figure>> all() {
        return figures;
    }

    /** Writes one block a row: every peer with the median of its rounds, and the first one's ratio to each. */
    void print(PrintWriter out) {
        out.printf(
                "%n%-36s %-9s %12s %9s %9s %10s %9s %7s %s%n",
                "", "", "rate", "p50 ms", "p99 ms", "server µs", "flushes", "errors", "walrus is");
        for (var row : S3Row.values()) {
            var first = true;
            for (var peer : figures.keySet()) {
                var of = of(peer, row);
                if (!of.isEmpty()) {
                    print(out, first ? row.label() : "", peer, row, of);
                    first = false;
                }
            }
            verdict(row).ifPresent(text -> out.printf("%-36s %s%n", "", text));
        }
        out.flush();
    }

    private void print(PrintWriter out, String label, String peer, S3Row row, List<S3Figure> of) {
        var errors = of.stream().mapToLong(S3Figure::errors).sum();
        if (rate(row, of) == 0) {
            out.printf("%-36s %-9s none was answered well, %d errors: %s%n", label, peer, errors, firstError(of));
            return;
        }
        out.printf(
                Locale.ROOT,
                "%-36s %-9s %6.0f %-5s %9.2f %9.2f %10.0f %9.2f %7d %s%n",
                label,
                peer,
                rate(row, of),
                row.countsBytes() ? "MiB/s" : "/s",
                median(of, S3Figure::medianMillis),
                median(of, S3Figure::p99Millis),
                median(of, S3Figure::serverMicros),
                median(of, S3Figure::flushes),
                errors,
                peer.equals("walrus") ? "" : ratio(row, of));
        if (errors > 0) {
            out.printf("%-36s %s%n", "", firstError(of));
        }
    }

    private static String firstError(List<S3Figure> of) {
        return of.stream()
                .map(S3Figure::firstError)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .flatMap(text -> text.lines().findFirst())
                .orElse("it took longer than the row");
    }

    /** By rate, also where the table of the reach speaks of time: more is better everywhere. */
    private String ratio(S3Row row, List<S3Figure> peer) {
        var own = of("walrus", row);
        return own.isEmpty() || rate(row, own) == 0 ? "" : "%.2f ×".formatted(rate(row, own) / rate(row, peer));
    }

    private static double rate(S3Row row, List<S3Figure> of) {
        return row.tellsTime() ? median(of, each -> each.requests() / each.seconds()) : median(of, S3Figure::value);
    }

    private Optional<String> verdict(S3Row row) {
        var own = of("walrus", row);
        if (own.isEmpty() || rate(row, own) == 0) {
            return Optional.empty();
        }
        var value = median(own, S3Figure::value);
        if (row.against().isEmpty()) {
            return Optional.of(
                    "%.1f %s, reach %s %.0f".formatted(value, row.unit(), row.tellsTime() ? "≤" : "≥", row.reach()));
        }
        var peer = of(row.against(), row);
        return peer.isEmpty() || rate(row, peer) == 0
                ? Optional.empty()
                : Optional.of("%.2f × %s, reach ≥ %.1f ×"
                        .formatted(value / median(peer, S3Figure::value), row.against(), row.reach()));
    }

    private List<S3Figure> of(String peer, S3Row row) {
        return figures.getOrDefault(peer, List.of()).stream()
                .filter(figure -> figure.row().equals(row.name()))
                .toList();
    }

    private static double median(List<S3Figure> of, ToDoubleFunction<S3Figure> value) {
        var sorted = of.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
