package io.coppice.cloud.front;

import io.coppice.cloud.action.WrittenAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/**
 * EC2's answers as clients of earlier API versions know them: without the elements that came later, and with the security
 * groups where they stood before VPCs. Answers of today's version pass untouched. Thread-safe.
 */
final class EarlierVersions {
    /** From here on a version has everything: AWS adds to it ever since. */
    private static final String TODAY = "2016-11-15";
    /** Before it instances had no groups of their own, and a group was known by its name alone. */
    private static final String GROUPS_OF_INSTANCES = "2011-01-01";

    private static final Map<String, Map<String, String>> SINCE = read();

    private EarlierVersions() {}

    /** The answer for a client that asked for this version. */
    static SdkPojo asOf(String version, SdkPojo answer) {
        var today = version.compareTo(TODAY) >= 0;
        if (answer instanceof WrittenAnswer both) {
            return today
                    ? both.written()
                    : (SdkPojo) reduced(version, both.model().get());
        }
        return today ? answer : (SdkPojo) reduced(version, answer);
    }

    private static Object reduced(String version, Object value) {
        return switch (value) {
            case Collection<?> items ->
                items.stream().map(item -> reduced(version, item)).toList();
            case SdkPojo pojo -> reducedPojo(version, pojo);
            default -> value;
        };
    }

    private static SdkPojo reducedPojo(String version, SdkPojo given) {
        if (!(withGroups(version, given) instanceof ToCopyableBuilder<?, ?> pojo)) {
            return given;
        }
        var since = SINCE.getOrDefault(given.getClass().getSimpleName(), Map.of());
        var builder = pojo.toBuilder();
        for (var field : ((SdkPojo) pojo).sdkFields()) {
            var value = field.getValueOrDefault(pojo);
            var first = since.getOrDefault(field.unmarshallLocationName(), "");
            if (first.compareTo(version) > 0) {
                field.set(builder, null);
            } else if (value instanceof SdkPojo || (value instanceof List<?> items && !items.isEmpty())) {
                field.set(builder, reduced(version, value));
            }
        }
        return (SdkPojo) ((SdkBuilder<?, ?>) builder).build();
    }

    private static SdkPojo withGroups(String version, SdkPojo given) {
        if (version.compareTo(GROUPS_OF_INSTANCES) >= 0) {
            return given;
        }
        return switch (given) {
            case Reservation reservation ->
                reservation.toBuilder().groups(names(reservation.instances())).build();
            case RunInstancesResponse answer ->
                answer.toBuilder().groups(names(answer.instances())).build();
            default -> given;
        };
    }

    private static List<GroupIdentifier> names(List<Instance> instances) {
        return instances.stream()
                .flatMap(instance -> instance.securityGroups().stream())
                .map(GroupIdentifier::groupName)
                .distinct()
                .map(name -> GroupIdentifier.builder().groupId(name).build())
                .toList();
    }

    /** Structure to element to first version. */
    private static Map<String, Map<String, String>> read() {
        try (var file = EarlierVersions.class.getResourceAsStream("earlier-versions.txt")) {
            if (file == null) {
                throw new IllegalStateException("earlier-versions.txt is missing in this build");
            }
            var since = new HashMap<String, Map<String, String>>();
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        var words = line.split("\\s+");
                        var name = words[0].split("\\.");
                        since.computeIfAbsent(name[0], any -> new HashMap<>()).put(name[1], words[1]);
                    });
            return since;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For tests: every structure and element of the table. */
    static Map<String, Map<String, String>> table() {
        return SINCE;
    }

    /** For tests: whether a structure has such an element. */
    static boolean has(SdkPojo structure, String element) {
        return structure.sdkFields().stream()
                .map(SdkField::unmarshallLocationName)
                .anyMatch(element::equals);
    }
}
