package io.coppice.cloud.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an action is about.
 *
 * @param open carried out whatever policies say
 * @param resources all of them must be allowed; none: the action is about no single resource
 * @param taggingAction the action that must be allowed as well when the request brings tags
 */
record ActionRule(String action, boolean open, List<ResourceRule> resources, Optional<String> taggingAction) {
    ActionRule {
        resources = List.copyOf(resources);
    }

    /** Of an action that no table names. */
    static ActionRule unnamed(String action) {
        return new ActionRule(action, false, List.of(), Optional.empty());
    }

    /** Reads a line of a table. */
    static ActionRule parse(String line) {
        var tokens = line.strip().split("\\s+");
        var resources = new ArrayList<ResourceRule>();
        var open = false;
        var tagging = Optional.<String>empty();
        for (var at = 1; at < tokens.length; at++) {
            var token = tokens[at];
            if (token.equals("open")) {
                open = true;
            } else if (token.startsWith("&")) {
                tagging = Optional.of(token.substring(1));
            } else if (token.startsWith("+")) {
                resources.add(resources.removeLast().withKey(token));
            } else {
                resources.add(ResourceRule.parse(token));
            }
        }
        return new ActionRule(tokens[0], open, resources, tagging);
    }
}
