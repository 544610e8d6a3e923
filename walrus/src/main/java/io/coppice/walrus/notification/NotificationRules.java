package io.coppice.walrus.notification;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which events of a bucket are told to whom (S3 API Reference, NotificationConfiguration). Immutable.
 *
 * @param rules in the order of the document
 */
public record NotificationRules(List<Rule> rules) {
    private static final int MAX_RULES = 100;
    private static final int MAX_NAME_CHARS = 64;
    /** Element of the document to the element in it that names the destination. */
    private static final List<List<String>> KINDS =
            List.of(List.of("TopicConfiguration", "Topic"), List.of("QueueConfiguration", "Queue"));

    public NotificationRules {
        rules = List.copyOf(rules);
    }

    /**
     * One rule.
     *
     * @param id as its owner calls it, or a number
     * @param destination as the configuration of Walrus names it
     * @param events names of kinds, for example {@code s3:ObjectCreated:*}
     * @param prefix what keys must begin with
     * @param suffix what they must end with
     */
    public record Rule(String id, String destination, List<String> events, String prefix, String suffix) {
        public Rule {
            events = List.copyOf(events);
        }

        boolean accepts(EventKind kind, String key) {
            return key.startsWith(prefix)
                    && key.endsWith(suffix)
                    && events.stream().anyMatch(kind::isMeantBy);
        }
    }

    /**
     * Reads a document; throws MalformedXML, InvalidArgument, or NotImplemented for destinations of other sorts.
     *
     * @param destinations names that can be told something
     */
    public static NotificationRules parse(byte[] document, Set<String> destinations) {
        var xml = XmlElement.parse(document, "NotificationConfiguration");
        for (var other : List.of("CloudFunctionConfiguration", "EventBridgeConfiguration")) {
            if (!xml.all(other).isEmpty()) {
                throw S3Errors.notImplemented("Telling events to a " + other.replace("Configuration", ""));
            }
        }
        var rules = new ArrayList<Rule>();
        for (var kind : KINDS) {
            for (var element : xml.all(kind.getFirst())) {
                rules.add(rule(element, kind.getLast(), rules.size(), destinations));
            }
        }
        if (rules.size() != xml.children().size()) {
            throw S3Errors.malformedXml();
        }
        if (rules.size() > MAX_RULES) {
            throw S3Errors.invalidArgument("A bucket can have " + MAX_RULES + " notification configurations at most");
        }
        if (rules.stream().map(Rule::id).distinct().count() < rules.size()) {
            throw S3Errors.invalidArgument("Configuration Ids must be unique");
        }
        return new NotificationRules(rules);
    }

    /** What was set before, when it was checked; destinations may have gone since. */
    static NotificationRules kept(String document) {
        var bytes = document.getBytes(StandardCharsets.UTF_8);
        var names = new HashSet<String>();
        XmlElement.parse(bytes, "NotificationConfiguration")
                .children()
                .forEach(element -> KINDS.forEach(kind -> element.value(kind.getLast())
                        .map(NotificationRules::name)
                        .ifPresent(names::add)));
        return parse(bytes, names);
    }

    /** Those that tell of such an event of that key. */
    List<Rule> of(EventKind kind, String key) {
        return rules.stream().filter(rule -> rule.accepts(kind, key)).toList();
    }

    private static Rule rule(XmlElement element, String destination, int index, Set<String> destinations) {
        var arn = element.value(destination).map(String::strip).orElseThrow(S3Errors::malformedXml);
        var name = name(arn);
        if (!arn.matches("arn:aws:(sns|sqs):[^:]*:[^:]*:[^:]+") || !destinations.contains(name)) {
            throw S3Errors.invalidArgument("Unable to validate the following destination configurations: " + arn
                    + ". The last part of the ARN must be the name of a webhook or topic that the cloud's operator has"
                    + " set up.");
        }
        var events = element.all("Event").stream()
                .map(XmlElement::text)
                .map(String::strip)
                .toList();
        if (events.isEmpty()) {
            throw S3Errors.malformedXml();
        }
        events.stream().filter(event -> !EventKind.isKnown(event)).findFirst().ifPresent(event -> {
            throw S3Errors.invalidArgument("The event '" + event + "' is not supported for notifications");
        });
        var id = element.value("Id").filter(text -> !text.isEmpty()).orElse("rule-" + (index + 1));
        return new Rule(id, name, events, filter(element, "prefix"), filter(element, "suffix"));
    }

    private static String name(String arn) {
        var name = arn.substring(arn.lastIndexOf(':') + 1);
        return name.substring(0, Math.min(MAX_NAME_CHARS, name.length()));
    }

    private static String filter(XmlElement element, String wanted) {
        var rules = element.all("Filter").stream()
                .flatMap(filter -> filter.all("S3Key").stream())
                .flatMap(key -> key.all("FilterRule").stream())
                .toList();
        var values = new ArrayList<String>();
        for (var rule : rules) {
            var name = rule.value("Name").orElseThrow(S3Errors::malformedXml);
            if (!name.equalsIgnoreCase("prefix") && !name.equalsIgnoreCase("suffix")) {
                throw S3Errors.invalidArgument("filter rule name must be either prefix or suffix");
            }
            if (name.equalsIgnoreCase(wanted)) {
                values.add(rule.value("Value").orElse(""));
            }
        }
        if (values.size() > 1) {
            throw S3Errors.invalidArgument("Cannot specify more than one " + wanted + " rule in a filter.");
        }
        return Optional.of(values)
                .filter(list -> !list.isEmpty())
                .map(List::getFirst)
                .orElse("");
    }
}
