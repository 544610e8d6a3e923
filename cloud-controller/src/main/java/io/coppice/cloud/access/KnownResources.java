package io.coppice.cloud.access;

import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicySet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the features tell of existing resources, and the tags of EC2. Thread-safe. */
final class KnownResources {
    private static final String TAG = "ec2:resourcetag/";
    private static final String GLOBAL_TAG = "aws:resourcetag/";

    private final Map<String, ResourceFacts> facts;
    private final Tags tags;

    KnownResources(List<ResourceFacts> facts, Tags tags) {
        this.facts = facts.stream().collect(Collectors.toUnmodifiableMap(ResourceFacts::kind, Function.identity()));
        this.tags = tags;
    }

    /** Condition keys by name or id; only what some document of the set reads is looked up. */
    Map<String, Map<String, List<String>>> keys(
            PolicySet set, String service, String kind, AccountId account, List<String> names) {
        var found = new HashMap<String, Map<String, List<String>>>();
        var teller = of(service, kind);
        // What is known by a name may be called as something else's id: who keeps such things tells their tags too.
        var tellsTags = teller.filter(each -> each.keys().contains(TAG)).isPresent();
        if (service.equals("ec2") && !tellsTags && (set.mentions(TAG) || set.mentions(GLOBAL_TAG))) {
            tags.of(account, names)
                    .forEach((id, values) -> values.forEach((key, value) -> {
                        var keys = found.computeIfAbsent(id, any -> new HashMap<>());
                        keys.put(TAG + key, List.of(value));
                        keys.put(GLOBAL_TAG + key, List.of(value));
                    }));
        }
        teller.filter(each -> each.keys().stream().anyMatch(set::mentions)).ifPresent(each -> each.of(account, names)
                .forEach((name, keys) ->
                        found.computeIfAbsent(name, any -> new HashMap<>()).putAll(keys)));
        return found;
    }

    /** The name or id under which a resource is known that a request names in one of its members. */
    Optional<String> resolve(String service, String kind, AccountId account, ResourceName given) {
        return of(service, kind)
                .map(each -> each.resolve(account, given.member(), given.name()))
                .orElse(Optional.of(given.name()));
    }

    /** What stands in the ARN for a name or id that is known. */
    String nameInArn(String service, String kind, AccountId account, String name) {
        return of(service, kind).flatMap(each -> each.nameInArn(account, name)).orElse(name);
    }

    private Optional<ResourceFacts> of(String service, String kind) {
        return Optional.ofNullable(facts.get(service + ":" + kind));
    }
}
