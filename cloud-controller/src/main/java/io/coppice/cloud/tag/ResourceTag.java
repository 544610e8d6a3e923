package io.coppice.cloud.tag;

import java.util.Map;

/** A tag and what it is on. */
record ResourceTag(String resourceId, String resourceType, String key, String value) {
    /** Sorts by resource, then by key; ids have no slash. */
    String sortKey() {
        return resourceId + "/" + key;
    }

    Map<String, String> asMap() {
        return Map.of(key, value);
    }
}
