package io.coppice.walrus.lifecycle;

import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.tagging.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One rule of a bucket.
 *
 * @param id unique in the bucket
 * @param enabled whether it is carried out
 * @param filter which objects it is about
 * @param expiration when newest versions go
 * @param expiresLoneMarkers whether delete markers go that hide nothing
 * @param noncurrent when other versions go
 * @param abortAfterDays when uploads go that were never completed
 */
public record LifecycleRule(
        String id,
        boolean enabled,
        LifecycleRule.Filter filter,
        Optional<LifecycleRule.Moment> expiration,
        boolean expiresLoneMarkers,
        Optional<LifecycleRule.Noncurrent> noncurrent,
        Optional<Integer> abortAfterDays) {
    /** A number of days after an object was put, or a date. */
    public sealed interface Moment {
        /** Days after it was put. */
        record Days(int count) implements Moment {}

        /** The same for all. */
        record Date(Instant at) implements Moment {}
    }

    /**
     * When versions go that are not the newest.
     *
     * @param days after another one took their place
     * @param kept so many of the newest among them stay
     */
    public record Noncurrent(int days, int kept) {}

    /**
     * Which objects a rule is about: all of it must hold.
     *
     * @param moreThan bytes that they have more than; -1: any
     * @param lessThan bytes that they have less than
     * @param simple whether it stands in the document as a bare prefix, as rules did before filters came
     */
    public record Filter(String prefix, Map<String, String> tags, long moreThan, long lessThan, boolean simple) {
        public Filter {
            tags = Map.copyOf(tags);
        }

        boolean accepts(ObjectRow object) {
            return object.key().startsWith(prefix)
                    && object.sizeBytes() > moreThan
                    && object.sizeBytes() < lessThan
                    && (tags.isEmpty()
                            || Tags.parse(object.traits().tags().orElse(""))
                                    .entrySet()
                                    .containsAll(tags.entrySet()));
        }
    }

    /**
     * When an object goes by this rule, if ever.
     *
     * @param day how long a day lasts, which tests make short
     */
    public Optional<Instant> expiryOf(ObjectRow object, Duration day) {
        if (!enabled || expiration.isEmpty() || !filter.accepts(object)) {
            return Optional.empty();
        }
        return switch (expiration.get()) {
            case Moment.Date(Instant at) -> Optional.of(at);
            case Moment.Days(int count) ->
                Optional.of(LifecycleRun.roundUp(object.modifiedAt().plus(day.multipliedBy(count)), day));
        };
    }
}
