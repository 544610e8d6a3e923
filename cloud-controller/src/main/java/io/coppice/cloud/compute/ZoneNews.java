package io.coppice.cloud.compute;

import java.util.Collection;

/** Hears what a zone says of itself, beside what is written of it into rows. Thread-safe. */
interface ZoneNews {
    /** The zone has told all it knows: what it was told before it may have lost. */
    void startedAnew();

    /** The zone has spoken of these instances, and it is written down what it said. */
    void spokeOf(Collection<String> instanceIds);
}
