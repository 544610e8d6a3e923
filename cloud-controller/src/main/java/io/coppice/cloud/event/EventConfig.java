package io.coppice.cloud.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long events are kept and who may follow them. */
@ConfigMapping(prefix = "coppice.events")
public interface EventConfig {
    /** Events older than this are removed. */
    @WithDefault("7d")
    Duration keepFor();

    /** Of more events than this, the oldest are removed; 1,000 or more. */
    @WithDefault("2000000")
    long keepAtMost();

    /** How many clients may follow the events at a time; 1 to 10,000. */
    @WithDefault("100")
    int subscribers();

    /** A follower that does not take a batch of events within this time is disconnected and must resume. */
    @WithDefault("10s")
    Duration slowSubscriberLimit();

    /** How many events are read and sent at a time; 1 to 10,000. */
    @WithDefault("500")
    int batch();
}
