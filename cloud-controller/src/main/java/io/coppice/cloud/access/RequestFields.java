package io.coppice.cloud.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/** Reads members of the AWS SDK's request classes by name, through structures and lists. Stateless. */
final class RequestFields {
    private RequestFields() {}

    /** Every value at a dotted path, as text; none where something on the way is absent. */
    static List<String> texts(SdkPojo request, String path) {
        var found = new ArrayList<String>();
        collect(request, path, found);
        return found;
    }

    /** Every value at any of the paths, without repeats. */
    static List<String> texts(SdkPojo request, List<String> paths) {
        return paths.stream()
                .flatMap(path -> texts(request, path).stream())
                .distinct()
                .toList();
    }

    /** Every value at any of the paths with the member that holds it. */
    static List<ResourceName> names(SdkPojo request, List<String> paths) {
        return paths.stream()
                .flatMap(path -> texts(request, path).stream()
                        .map(name -> new ResourceName(path.substring(path.lastIndexOf('.') + 1), name)))
                .distinct()
                .toList();
    }

    /** The structures in a list member. */
    static List<SdkPojo> structures(SdkPojo request, String member) {
        return field(request, member)
                .map(field -> field.getValueOrDefault(request))
                .filter(Collection.class::isInstance)
                .map(values -> ((Collection<?>) values)
                        .stream()
                                .filter(SdkPojo.class::isInstance)
                                .map(SdkPojo.class::cast)
                                .toList())
                .orElse(List.of());
    }

    /** The member of this name. */
    static Optional<SdkField<?>> field(SdkPojo pojo, String member) {
        for (var field : pojo.sdkFields()) {
            if (field.memberName().equals(member)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    private static void collect(Object value, String path, List<String> found) {
        switch (value) {
            case Collection<?> values ->
                values.stream().filter(Objects::nonNull).forEach(each -> collect(each, path, found));
            case SdkPojo pojo -> {
                var dot = path.indexOf('.');
                var member = dot < 0 ? path : path.substring(0, dot);
                var rest = dot < 0 ? "" : path.substring(dot + 1);
                field(pojo, member)
                        .map(field -> field.getValueOrDefault(pojo))
                        .ifPresent(each -> collect(each, rest, found));
            }
            default -> {
                if (path.isEmpty()) {
                    found.add(value.toString());
                }
            }
        }
    }
}
