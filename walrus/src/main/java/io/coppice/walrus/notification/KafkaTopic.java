package io.coppice.walrus.notification;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic of Kafka; messages are keyed by bucket and key, so that those of one object stay in order. */
public final class KafkaTopic implements Destination {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final String topic;
    private final Duration limit;
    private final Map<String, Object> settings;
    private Optional<Producer<String, String>> producer = Optional.empty();

    /**
     * A topic at brokers, which are only asked when there is something to tell.
     *
     * @param servers {@code host:port} with commas between
     * @param more further settings of the producer
     * @param limit how long the brokers may take for a batch
     */
    public KafkaTopic(String servers, String topic, Map<String, String> more, Duration limit) {
        this.topic = topic;
        this.limit = limit;
        this.settings = new HashMap<>(more);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, limit.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) limit.toMillis() / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) limit.toMillis());
    }

    @Override
    public Outcome deliver(List<Outbox.Message> messages) throws InterruptedException {
        var taken = 0;
        try {
            var open = producer.orElseGet(() -> new KafkaProducer<>(settings));
            producer = Optional.of(open);
            var sent = new ArrayList<Future<RecordMetadata>>(messages.size());
            for (var message : messages) {
                sent.add(open.send(new ProducerRecord<>(topic, message.subject(), message.body())));
            }
            for (var each : sent) {
                each.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                taken++;
            }
            return new Outcome(taken, Optional.empty());
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            // What of the batch is still on its way must not arrive after what is sent anew.
            close();
            return new Outcome(taken, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void close() {
        producer.ifPresent(open -> open.close(CLOSE_LIMIT));
        producer = Optional.empty();
    }
}
