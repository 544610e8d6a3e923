package io.coppice.cloud.event;

import io.agroal.api.AgroalDataSource;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.Lease;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * Passes events on to Kafka in their order, keyed by resource, at least once: the cursor moves when the brokers have
 * acknowledged. A batch is one transaction of Kafka's, since of a batch that is given up half way later events of a
 * resource may be in a topic without the earlier ones; consumers read with {@code isolation.level=read_committed}. One
 * replica does it at a time. Control of the cloud never waits for it.
 */
@ApplicationScoped
public class KafkaRelay implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(KafkaRelay.class);
    private static final String CURSOR = "kafka";
    private static final int BATCH = 1000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Database database;
    private final EventReader reader;
    private final EventSignal signal;
    private final KafkaConfig config;
    private final Leadership leadership;
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean stopped = true;
    private volatile Thread loop = Thread.ofVirtual().unstarted(() -> {});

    /** The right to relay, which one replica has at a time. */
    interface Leadership {
        boolean hold();

        void giveBack();
    }

    private record LeasedLeadership(Lease lease) implements Leadership {
        @Override
        public boolean hold() {
            return lease.hold();
        }

        @Override
        public void giveBack() {
            lease.close();
        }
    }

    /** For the container. */
    @jakarta.inject.Inject
    public KafkaRelay(
            Database database,
            @DataSource("cloud") AgroalDataSource pool,
            EventReader reader,
            EventSignal signal,
            KafkaConfig config) {
        this(database, reader, signal, config, new LeasedLeadership(new Lease(pool, "kafka relay")));
    }

    KafkaRelay(Database database, EventReader reader, EventSignal signal, KafkaConfig config, Leadership leadership) {
        this.database = database;
        this.reader = reader;
        this.signal = signal;
        this.config = config;
        this.leadership = leadership;
    }

    @Override
    public String name() {
        return "kafka-relay";
    }

    @Override
    public void start() {
        if (config.bootstrapServers().isEmpty()) {
            LOG.debug("no Kafka is configured: events are read from the API only");
            return;
        }
        stopped = false;
        // The client pins its thread for long, so it gets one of its own.
        loop = Thread.ofPlatform()
                .daemon()
                .name(name())
                .start(() -> run(config.bootstrapServers().get()));
    }

    @Override
    public void stop() {
        stopped = true;
        loop.interrupt();
    }

    /** How often the brokers did not take what was sent, since this process started. */
    long failures() {
        return failures.get();
    }

    private void run(String servers) {
        while (!stopped) {
            try {
                runWithOneProducer(servers);
            } catch (InterruptedException e) {
                return;
            } catch (ExecutionException | RuntimeException e) {
                // The relay loop's boundary: what was not acknowledged is sent again, with a new producer.
                if (stopped) {
                    return;
                }
                failures.incrementAndGet();
                LOG.warnf("events do not reach Kafka at %s, trying again: %s", servers, cause(e));
                pause();
            } finally {
                leadership.giveBack();
            }
        }
    }

    private void runWithOneProducer(String servers) throws InterruptedException, ExecutionException {
        var producer = new KafkaProducer<String, String>(settings(servers));
        try {
            relay(producer);
        } finally {
            // Without a limit it would wait until a broker takes note that the open transaction is given up.
            producer.close(CLOSE_LIMIT);
        }
    }

    private void relay(Producer<String, String> producer) throws InterruptedException, ExecutionException {
        producer.initTransactions();
        while (!stopped) {
            var seen = signal.count();
            if (!leadership.hold()) {
                Thread.sleep(RETRY);
                continue;
            }
            var position = cursor();
            var batch = reader.read(position, Optional.empty(), BATCH);
            send(producer, batch);
            if (!batch.next().equals(position)) {
                keepCursor(batch.next());
            }
            if (!batch.more()) {
                signal.await(seen, EventSignal.LOOK_EVERY);
            }
        }
    }

    private void send(Producer<String, String> producer, EventReader.Batch batch)
            throws InterruptedException, ExecutionException {
        if (batch.events().isEmpty()) {
            return;
        }
        producer.beginTransaction();
        var sent = new ArrayList<Future<RecordMetadata>>(batch.events().size());
        for (var event : batch.events()) {
            sent.add(producer.send(
                    new ProducerRecord<>(config.topicPrefix() + event.family(), event.resourceId(), event.json())));
        }
        producer.flush();
        for (var one : sent) {
            var kept = one.get();
            LOG.tracef("%s holds offset %d", kept.topic(), kept.offset());
        }
        producer.commitTransaction();
    }

    private Map<String, Object> settings(String servers) {
        var settings = new HashMap<String, Object>(config.producer());
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "coppice-cloud-controller");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // One name for all replicas: a relay that has lost its lease unnoticed is fenced off by its successor.
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.topicPrefix() + "relay");
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int)
                config.deliveryTimeout().multipliedBy(2).toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int)
                config.deliveryTimeout().toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int)
                config.deliveryTimeout().dividedBy(2).toMillis());
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        return settings;
    }

    private EventPosition cursor() {
        return database.call(entities -> {
            var kept = entities.createNativeQuery(
                            "select position from {h-schema}event_cursors where name = :name", String.class)
                    .setParameter("name", CURSOR)
                    .getResultList();
            return kept.isEmpty() ? EventPosition.START : EventPosition.parse((String) kept.getFirst());
        });
    }

    private void keepCursor(EventPosition position) {
        database.run(entities -> entities.createNativeQuery(
                        "insert into {h-schema}event_cursors (name, position) values (:name, :position)"
                                + " on conflict (name) do update set position = excluded.position")
                .setParameter("name", CURSOR)
                .setParameter("position", position.toString())
                .executeUpdate());
    }

    private void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    private static String cause(Exception e) {
        return e instanceof ExecutionException && e.getCause() instanceof KafkaException known
                ? known.toString()
                : e.toString();
    }
}
