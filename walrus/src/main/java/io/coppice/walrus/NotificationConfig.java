package io.coppice.walrus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Whom buckets may tell what happens in them. Owners name a destination by the last part of an ARN, for example
 * {@code arn:aws:sns:us-east-1:123456789012:NAME}; only what is named here can be told anything.
 */
@ConfigMapping(prefix = "coppice.notifications")
public interface NotificationConfig {
    /** Name to the address that each message is posted to. */
    Map<String, String> webhooks();

    /** Name of a webhook to the secret that goes to it as {@code Authorization: Bearer}. */
    Map<String, String> webhookTokens();

    /** Name to the topic of Kafka that messages go to. */
    Map<String, String> kafkaTopics();

    /** The brokers of those topics, for example {@code broker-1:9092,broker-2:9092}. */
    Optional<String> kafkaServers();

    /** Further settings of the Kafka producer, for example security.protocol. */
    Map<String, String> kafkaProducer();

    /** How many messages may wait for one destination, about; what comes beyond them is not told, and logged. */
    @WithDefault("100000")
    int backlog();

    /** How often it is looked for messages. */
    @WithDefault("1s")
    Duration lookEvery();

    /** How long a destination may take to answer. */
    @WithDefault("10s")
    Duration answerLimit();

    /** How long a message is tried before it is dropped. */
    @WithDefault("1d")
    Duration giveUpAfter();
}
