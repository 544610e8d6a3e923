package io.coppice.cloud.access;

import io.coppice.cloud.action.FilledTemplate;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicySet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
        if (resource.newNameField().isPresent()) {
            askRenamed(action, resource, resource.newNameField().get());
            return;
        }
        var given = RequestFields.names(call.request(), resource.fields());
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

    private void askByKind(String action, ResourceRule resource, List<ResourceName> given) {
        if (!resource.kind().equals(ResourceRule.ANY_KIND)) {
            askNamed(action, resource, resource.kind(), given);
            return;
        }
        var byKind = new HashMap<String, List<ResourceName>>();
        given.forEach(
                each -> byKind.computeIfAbsent(ResourceNames.kindOf(each.name()).orElse(ALL), any -> new ArrayList<>())
                        .add(each));
        byKind.forEach((kind, ids) -> askNamed(action, resource, kind, ids));
    }

    private void askNamed(String action, ResourceRule resource, String kind, List<ResourceName> given) {
        var resolved = new LinkedHashMap<ResourceName, Optional<String>>();
        given.forEach(each -> resolved.put(each, resolve(resource, kind, each)));
        var told = known.keys(
                set,
                service,
                kind,
                account,
                resolved.values().stream().flatMap(Optional::stream).distinct().toList());
        resolved.forEach((asked, found) -> {
            var of = found.map(each -> told.getOrDefault(each, Map.of())).orElse(Map.of());
            if (asked.name().startsWith("arn:")) {
                questions.add(new AccessQuestion(action, asked.name(), merged(keys(resource, kind), of)));
            } else {
                add(action, resource, kind, inArn(resource, kind, asked, found), of);
            }
        });
    }

    /** What is only coming to be is not looked for. */
    private Optional<String> resolve(ResourceRule resource, String kind, ResourceName given) {
        return resource.pathField().isPresent() || kind.equals(ALL)
                ? Optional.of(given.name())
                : known.resolve(service, kind, account, given);
    }

    private String inArn(ResourceRule resource, String kind, ResourceName asked, Optional<String> found) {
        var path = resource.pathField();
        if (path.isPresent()) {
            var given = RequestFields.texts(call.request(), path.get()).stream()
                    .findFirst()
                    .orElse("/");
            return given.substring(given.startsWith("/") ? 1 : 0) + asked.name();
        }
        return found.map(each -> known.nameInArn(service, kind, account, each)).orElse(asked.name());
    }

    private void add(String action, ResourceRule resource, String kind, String name, Map<String, List<String>> more) {
        var arn = kind.equals(ALL) ? ALL : names.arn(service, account, kind, name);
        questions.add(new AccessQuestion(action, arn, merged(keys(resource, kind), more)));
    }

    private Map<String, List<String>> keys(ResourceRule resource, String kind) {
        var keys = new HashMap<String, List<String>>();
        resource.keys().forEach((key, source) -> {
            var values = RequestFields.names(call.request(), source.fields()).stream()
                    .map(given -> source.arnOf().map(of -> arn(of, given)).orElse(given.name()))
                    .distinct()
                    .toList();
            if (!values.isEmpty()) {
                keys.put(key, values);
            }
        });
        call.template().ifPresent(template -> {
            keys.put("ec2:launchtemplate", List.of(names.arn(EC2, account, "launch-template", template.id())));
            var fromTemplate = kind.equals("launch-template") || !overridden(resource, template);
            keys.put("ec2:islaunchtemplateresource", List.of(Boolean.toString(fromTemplate)));
        });
        tags.addKeys(kind, keys);
        return keys;
    }

    /** What the resource is called when the request is carried out; nothing when that does not change. */
    private void askRenamed(String action, ResourceRule resource, String newNameField) {
        var newName = first(newNameField);
        var newPath = resource.pathField().flatMap(this::first);
        var name = resource.fields().stream()
                .flatMap(field -> first(field).stream())
                .findFirst();
        if (name.isEmpty() || (newName.isEmpty() && newPath.isEmpty())) {
            return;
        }
        var present = known.nameInArn(service, resource.kind(), account, name.get());
        var path = newPath.map(text -> text.startsWith("/") ? text.substring(1) : text)
                .orElse(present.substring(0, present.lastIndexOf('/') + 1));
        add(action, resource, resource.kind(), path + newName.orElse(name.get()), Map.of());
    }

    private Optional<String> first(String field) {
        return RequestFields.texts(call.request(), field).stream().findFirst();
    }

    /** Whether the request itself, not its launch template, says something of the resource. */
    private static boolean overridden(ResourceRule resource, FilledTemplate template) {
        return resource.allFields().stream().anyMatch(field -> !RequestFields.texts(template.request(), field)
                .isEmpty());
    }

    /** The ARN of what a key is about, however the request names it. */
    private String arn(ResourceRule.Kind of, ResourceName given) {
        if (given.name().startsWith("arn:")) {
            return given.name();
        }
        var name = known.resolve(of.service(), of.kind(), account, given)
                .map(each -> known.nameInArn(of.service(), of.kind(), account, each))
                .orElse(given.name());
        return names.arn(of.service(), account, of.kind(), name);
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
