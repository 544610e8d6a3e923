package io.coppice.walrus;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.notification.Courier;
import io.coppice.walrus.notification.Destination;
import io.coppice.walrus.notification.KafkaTopic;
import io.coppice.walrus.notification.Outbox;
import io.coppice.walrus.notification.Webhook;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One courier for each destination of the configuration. Thread-safe once started. */
final class Couriers implements AutoCloseable {
    private static final int MAX_NAME_CHARS = 64;

    private final List<Courier> all = new ArrayList<>();

    private Couriers() {}

    /** The names of the destinations that there are. */
    static Set<String> names(NotificationConfig config) {
        return destinations(config).keySet();
    }

    /** Starts them all. */
    static Couriers start(NotificationConfig config, Transactions transactions, Outbox outbox, Clock clock) {
        var couriers = new Couriers();
        var patience = new Courier.Patience(config.lookEvery(), config.giveUpAfter());
        destinations(config)
                .forEach((name, destination) ->
                        couriers.all.add(new Courier(transactions, outbox, clock, name, destination, patience)));
        couriers.all.forEach(Courier::start);
        return couriers;
    }

    private static Map<String, Destination> destinations(NotificationConfig config) {
        var found = new TreeMap<String, Destination>();
        config.webhooks()
                .forEach((name, address) -> found.put(
                        checked(name),
                        new Webhook(
                                address(name, address),
                                Optional.ofNullable(config.webhookTokens().get(name)),
                                config.answerLimit())));
        config.kafkaTopics().forEach((name, topic) -> {
            var servers = config.kafkaServers()
                    .orElseThrow(() -> new RoleStartException(
                            "coppice.notifications.kafka-topics names a topic, but there are no brokers",
                            "set coppice.notifications.kafka-servers to host:port of the brokers"));
            var twice = found.put(
                    checked(name), new KafkaTopic(servers, topic, config.kafkaProducer(), config.answerLimit()));
            if (twice != null) {
                throw new RoleStartException(
                        "the destination " + name + " of notifications is a webhook and a topic",
                        "give one of them another name");
            }
        });
        return found;
    }

    private static String checked(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_CHARS || name.indexOf(':') >= 0) {
            throw new RoleStartException(
                    "\"" + name + "\" cannot name a destination of notifications",
                    "use 1 to " + MAX_NAME_CHARS + " characters without a colon");
        }
        return name;
    }

    private static URI address(String name, String text) {
        try {
            var address = URI.create(text);
            if ("http".equals(address.getScheme()) || "https".equals(address.getScheme())) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw noAddress(name, text);
        }
        throw noAddress(name, text);
    }

    private static RoleStartException noAddress(String name, String text) {
        return new RoleStartException(
                "coppice.notifications.webhooks." + name + " is no address: " + text,
                "write one that begins with http:// or https://");
    }

    /** How they all go, in words. */
    String summary() {
        return all.isEmpty()
                ? "no destination"
                : all.stream().map(Courier::summary).collect(Collectors.joining("; "));
    }

    @Override
    public void close() {
        all.forEach(Courier::close);
    }
}
