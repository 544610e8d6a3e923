package io.coppice.cloud.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The Kafka that events are passed on to, if there is one. Consumers read with {@code isolation.level=read_committed}, or
 * they see attempts that were given up.
 */
@ConfigMapping(prefix = "coppice.kafka")
public interface KafkaConfig {
    /** For example {@code broker-1:9092,broker-2:9092}; nothing is passed on without it. */
    Optional<String> bootstrapServers();

    /** What topics' names begin with; the first word of the event's kind follows. One per cloud. */
    @WithDefault("coppice.")
    String topicPrefix();

    /** How long a batch may take before it is sent anew. */
    @WithDefault("30s")
    Duration deliveryTimeout();

    /** Further settings of the Kafka producer, for example security.protocol. */
    Map<String, String> producer();
}
