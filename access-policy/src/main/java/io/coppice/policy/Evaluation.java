package io.coppice.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A request made ready for comparison with many statements. Used by one thread. */
final class Evaluation {
    private final AccessRequest request;
    private final String action;
    private final Optional<List<String>> arn;

    Evaluation(AccessRequest request) {
        this.request = request;
        this.action = request.action().toLowerCase(Locale.ROOT);
        this.arn = ArnPattern.segments(request.resource());
    }

    AccessRequest request() {
        return request;
    }

    /** In lower case. */
    String action() {
        return action;
    }

    /** The six parts of the resource's ARN; empty for {@code *}. */
    Optional<List<String>> arn() {
        return arn;
    }

    /** The values of a key (in lower case); empty when the request has none. */
    List<String> values(String key) {
        return request.values(key).orElse(List.of());
    }

    /** The one value of a key, as variables want it; empty when there is none or there are several. */
    Optional<String> single(String key) {
        var values = values(key);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    @Override
    public String toString() {
        return request.action() + " on " + Arrays.toString(arn.stream().toArray());
    }
}
