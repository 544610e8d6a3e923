package io.coppice.cloud.access;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The tags that a request brings: in EC2 per type of resource ({@code TagSpecifications}), elsewhere and in CreateTags for all
 * ({@code Tags}), or their keys alone ({@code TagKeys}).
 */
record RequestTags(List<Tag> tags) {
    private static final String EVERY_TYPE = "";

    static RequestTags of(SdkPojo request) {
        var found = new ArrayList<Tag>();
        for (var member : List.of("TagSpecifications", "TagSpecification")) {
            for (var specification : RequestFields.structures(request, member)) {
                var type = first(specification, "ResourceType");
                RequestFields.structures(specification, "Tags").forEach(tag -> found.add(tag(type, tag)));
            }
        }
        RequestFields.structures(request, "Tags").forEach(tag -> found.add(tag(EVERY_TYPE, tag)));
        RequestFields.texts(request, "TagKeys").forEach(key -> found.add(new Tag(EVERY_TYPE, key, List.of())));
        return new RequestTags(List.copyOf(found));
    }

    boolean isEmpty() {
        return tags.isEmpty();
    }

    /** The types of resources that get tags when they are made. */
    Set<String> typesMade() {
        var types = new LinkedHashSet<String>();
        tags.stream().map(Tag::type).filter(type -> !type.equals(EVERY_TYPE)).forEach(types::add);
        return types;
    }

    /** Adds {@code aws:RequestTag/…} and {@code aws:TagKeys} as they are for resources of a type. */
    void addKeys(String type, Map<String, List<String>> keys) {
        var names = new ArrayList<String>();
        for (var tag : tags) {
            if (tag.type().equals(EVERY_TYPE) || tag.type().equals(type)) {
                names.add(tag.key());
                if (!tag.values().isEmpty()) {
                    keys.put("aws:requesttag/" + tag.key(), tag.values());
                }
            }
        }
        if (!names.isEmpty()) {
            keys.put("aws:tagkeys", names);
        }
    }

    private static Tag tag(String type, SdkPojo tag) {
        return new Tag(type, first(tag, "Key"), List.of(first(tag, "Value")));
    }

    private static String first(SdkPojo pojo, String member) {
        return RequestFields.texts(pojo, member).stream().findFirst().orElse("");
    }

    /** @param values none where the request names the key alone */
    record Tag(String type, String key, List<String> values) {}
}
