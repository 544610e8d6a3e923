package io.coppice.cloud.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an action is about.
 *
 * @param open carried out whatever policies say
 * @param resources all of them must be allowed; none: the action is about no single resource
 * @param taggingAction the action that must be allowed as well when the request brings tags
 * @param objects actions of S3 that must be allowed as well, with the member of the request that names {@code bucket/key}
 */
record ActionRule(
        String action,
        boolean open,
        List<ResourceRule> resources,
        Optional<String> taggingAction,
        Map<String, String> objects) {
    ActionRule {
        resources = List.copyOf(resources);
        objects = Map.copyOf(objects);
    }

    /** Of an action that no table names. */
    static ActionRule unnamed(String action) {
        return new ActionRule(action, false, List.of(), Optional.empty(), Map.of());
    }

    /** Reads a line of a table. */
    static ActionRule parse(String line) {
        var tokens = line.strip().split("\\s+");
        var resources = new ArrayList<ResourceRule>();
        var open = false;
        var tagging = Optional.<String>empty();
        var objects = new HashMap<String, String>();
        for (var at = 1; at < tokens.length; at++) {
            var token = tokens[at];
            if (token.equals("open")) {
                open = true;
            } else if (token.startsWith("&")) {
                tagging = Optional.of(token.substring(1));
            } else if (token.startsWith("^")) {
                var equals = token.indexOf('=');
                objects.put(token.substring(1, equals), token.substring(equals + 1));
            } else if (token.startsWith("+")) {
                resources.add(resources.removeLast().withKey(token));
            } else {
                resources.add(ResourceRule.parse(token));
            }
        }
        return new ActionRule(tokens[0], open, resources, tagging, objects);
    }
}
