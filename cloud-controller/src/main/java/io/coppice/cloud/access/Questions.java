package io.coppice.cloud.access;

import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicySet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns one request into the questions that policies must all answer with yes. Used once. */
final class Questions {
    private static final String ALL = "*";
    private static final String EC2 = "ec2";

    private final AccessCall call;
    private final ActionRule rule;
    private final PolicySet set;
    private final ResourceNames names;
    private final KnownResources known;
    private final String service;
    private final AccountId account;
    private final RequestTags tags;
    private final List<AccessQuestion> questions = new ArrayList<>();

    Questions(AccessCall call, ActionRule rule, PolicySet set, ResourceNames names, KnownResources known) {
        this.call = call;
        this.rule = rule;
        this.set = set;
        this.names = names;
        this.known = known;
        this.service = call.service().name().toLowerCase(Locale.ROOT);
        this.account = call.caller().account();
        this.tags = RequestTags.of(call.request());
    }

    List<AccessQuestion> all() {
        var action = service + ":" + call.action();
        if (rule.resources().isEmpty()) {
            var keys = new HashMap<String, List<String>>();
            tags.addKeys("", keys);
            questions.add(new AccessQuestion(action, ALL, keys));
        }
        rule.resources().forEach(resource -> ask(action, resource));
        askForTags();
        rule.objects().forEach(this::askForObject);
        return questions;
    }

    /** What is read from the store on the caller's behalf, the caller must be allowed to read. */
    private void askForObject(String action, String field) {
        for (var location : RequestFields.texts(call.request(), field)) {
            var path = location.startsWith("/") ? location.substring(1) : location;
            questions.add(new AccessQuestion(action, "arn:aws:s3:::" + path, Map.of()));
        }
    }

    private void ask(String action, ResourceRule resource) {
        var given = RequestFields.texts(call.request(), resource.fields());
        if (!given.isEmpty()) {
            askByKind(action, resource, given);
            return;
        }
        switch (resource.absence()) {
            case ALL -> add(action, resource, resource.kind(), ALL, Map.of());
            case CALLER ->
                questions.add(new AccessQuestion(action, call.caller().arn(), keys(resource, resource.kind())));
            case NOTHING -> {
                // The request is not about such a resource at all.
            }
        }
    }

    private void askByKind(String action, ResourceRule resource, List<String> given) {
        if (!resource.kind().equals(ResourceRule.ANY_KIND)) {
            askNamed(action, resource, resource.kind(), given);
            return;
        }
        var byKind = new HashMap<String, List<String>>();
        given.forEach(id -> byKind.computeIfAbsent(ResourceNames.kindOf(id).orElse(ALL), any -> new ArrayList<>())
                .add(id));
        byKind.forEach((kind, ids) -> askNamed(action, resource, kind, ids));
    }

    private void askNamed(String action, ResourceRule resource, String kind, List<String> given) {
        var told = known.keys(set, service, kind, account, given);
        for (var name : given) {
            var of = told.getOrDefault(name, Map.of());
            if (name.startsWith("arn:")) {
                questions.add(new AccessQuestion(action, name, merged(keys(resource, kind), of)));
                continue;
            }
            var path = resource.pathField().map(field -> RequestFields.texts(call.request(), field).stream()
                    .findFirst()
                    .orElse("/"));
            var inArn = path.isPresent()
                    ? path.get().substring(path.get().startsWith("/") ? 1 : 0) + name
                    : known.nameInArn(service, kind, account, name);
            add(action, resource, kind, inArn, of);
        }
    }

    private void add(String action, ResourceRule resource, String kind, String name, Map<String, List<String>> more) {
        var arn = kind.equals(ALL) ? ALL : names.arn(service, account, kind, name);
        questions.add(new AccessQuestion(action, arn, merged(keys(resource, kind), more)));
    }

    private Map<String, List<String>> keys(ResourceRule resource, String kind) {
        var keys = new HashMap<String, List<String>>();
        resource.keys().forEach((key, fields) -> {
            var values = RequestFields.texts(call.request(), fields);
            if (!values.isEmpty()) {
                keys.put(key, values);
            }
        });
        tags.addKeys(kind, keys);
        return keys;
    }

    /** Who makes a resource with tags must be allowed to tag it (IAM User Guide, "Control access during … requests"). */
    private void askForTags() {
        if (service.equals(EC2)) {
            for (var type : tags.typesMade()) {
                var keys = new HashMap<String, List<String>>();
                keys.put("ec2:createaction", List.of(call.action()));
                tags.addKeys(type, keys);
                questions.add(new AccessQuestion("ec2:CreateTags", names.arn(EC2, account, type, ALL), keys));
            }
        } else if (!tags.isEmpty()) {
            rule.taggingAction()
                    .ifPresent(action -> rule.resources().forEach(resource -> ask(service + ":" + action, resource)));
        }
    }

    private static Map<String, List<String>> merged(Map<String, List<String>> keys, Map<String, List<String>> more) {
        if (more.isEmpty()) {
            return keys;
        }
        var all = new HashMap<>(keys);
        all.putAll(more);
        return all;
    }
}
