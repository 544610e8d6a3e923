package io.coppice.cloud.tag;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What a tag may be, and how requests carry them. Source: "Tag your Amazon EC2 resources" in the EC2 user guide, section
 * on restrictions.
 */
public final class TagRules {
    /** How many tags a resource may have, besides the cloud's own. */
    public static final int MAX_PER_RESOURCE = 50;

    static final int MAX_KEY = 127;
    static final int MAX_VALUE = 255;
    /** What the keys of the cloud's own tags begin with. */
    static final String RESERVED_PREFIX = "aws:";

    private TagRules() {}

    /**
     * The tags that a create request has for a kind of resource. Throws {@code InvalidParameterValue} when the request
     * tags a kind that the action does not create.
     *
     * @param resourceTypes what the action creates, the wanted kind first, for example {@code instance}, {@code volume}
     */
    public static Map<String, String> of(List<TagSpecification> specifications, String... resourceTypes) {
        var known = List.of(resourceTypes);
        var tags = new LinkedHashMap<String, String>();
        for (var specification : specifications) {
            var type = specification.resourceTypeAsString();
            if (type == null) {
                throw TagErrors.missing("TagSpecification.ResourceType");
            }
            if (!known.contains(type)) {
                throw TagErrors.wrongResourceType(type);
            }
            if (type.equals(known.getFirst())) {
                specification.tags().forEach(tag -> add(tags, tag));
            }
        }
        check(tags);
        tags.keySet().forEach(TagRules::checkNotReserved);
        return tags;
    }

    /** Tags of a request as a map; throws {@code InvalidParameterValue} for a key that comes twice or is reserved. */
    static Map<String, String> toMap(List<Tag> list) {
        var tags = new LinkedHashMap<String, String>();
        list.forEach(tag -> add(tags, tag));
        tags.keySet().forEach(TagRules::checkNotReserved);
        return tags;
    }

    /** The tags of a resource as answers list them, in the order of their keys. */
    public static List<Tag> toList(@Nullable Map<String, String> tags) {
        if (tags == null) {
            return List.of();
        }
        return tags.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> Tag.builder()
                        .key(entry.getKey())
                        .value(entry.getValue())
                        .build())
                .toList();
    }

    /** Throws {@code InvalidParameterValue} for a key that only the cloud itself gives and takes. */
    static void checkNotReserved(String key) {
        if (key.startsWith(RESERVED_PREFIX)) {
            throw TagErrors.reservedKey(key);
        }
    }

    /** Throws {@code InvalidParameterValue} for a tag that no resource may have. */
    static void check(Map<String, String> tags) {
        tags.forEach(TagRules::check);
    }

    private static void check(String key, String value) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw TagErrors.invalidKeyLength(MAX_KEY);
        }
        if (value.length() > MAX_VALUE) {
            throw TagErrors.invalidValueLength(key, MAX_VALUE);
        }
        if ((key + value).chars().anyMatch(Character::isISOControl)) {
            throw TagErrors.invalidCharacters(key);
        }
    }

    private static void add(Map<String, String> tags, Tag tag) {
        var key = tag.key();
        if (key == null) {
            throw TagErrors.missing("Tag.Key");
        }
        if (tags.putIfAbsent(key, tag.value() == null ? "" : tag.value()) != null) {
            throw TagErrors.duplicateKey(key);
        }
    }
}
