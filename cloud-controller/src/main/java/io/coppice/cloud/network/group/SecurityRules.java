package io.coppice.cloud.network.group;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.group.PermissionReader.Form;
import io.coppice.cloud.network.group.PermissionReader.Wanted;
import io.coppice.cloud.network.prefixlist.PrefixLists;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RevokedSecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleDescription;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleUpdate;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Adds, removes and changes rules of security groups: all of a request or none. Thread-safe. */
@ApplicationScoped
class SecurityRules {
    private static final NetworkKind KIND = NetworkKind.SECURITY_GROUP_RULE;

    private final NetworkLedger ledger;
    private final SecurityGroups groups;
    private final PermissionReader reader;
    private final PrefixLists prefixLists;
    private final Tags tags;
    private final GroupConfig config;

    SecurityRules(
            NetworkLedger ledger,
            SecurityGroups groups,
            PermissionReader reader,
            PrefixLists prefixLists,
            Tags tags,
            GroupConfig config) {
        this.ledger = ledger;
        this.groups = groups;
        this.reader = reader;
        this.prefixLists = prefixLists;
        this.tags = tags;
        this.config = config;
    }

    /** Which rules of which group a request is about. */
    record Target(@Nullable String groupId, @Nullable String groupName, boolean egress) {}

    List<SecurityGroupRule> authorize(
            RequestContext context, Target target, Form form, List<TagSpecification> specifications) {
        var wantedTags = TagRules.of(specifications, KIND.resourceType());
        return ledger.call(context, entities -> {
            var group = groups.change(entities, context.account(), target.groupId(), target.groupName());
            var wanted = reader.read(entities, group, target.egress(), form);
            var present = groups.rules(entities, List.of(group.id));
            var known = present.stream().map(RuleRow::permission).collect(Collectors.toSet());
            wanted.stream()
                    .map(Wanted::permission)
                    .filter(known::contains)
                    .findFirst()
                    .ifPresent(each -> {
                        throw GroupErrors.duplicateRule(each);
                    });
            var rows = wanted.stream()
                    .map(each -> new RuleRow(KIND.newId(), group.id, each.permission(), each.description()))
                    .toList();
            var all = new ArrayList<>(present);
            all.addAll(rows);
            checkLimit(entities, all, target.egress());
            rows.forEach(entities::persist);
            entities.flush();
            tags.putAll(context.account(), rows.stream().map(row -> row.id).toList(), KIND.resourceType(), wantedTags);
            record(context, group, "authorized", rows);
            return rows.stream()
                    .map(row -> answer(context, row, TagRules.toList(wantedTags)))
                    .toList();
        });
    }

    List<RevokedSecurityGroupRule> revoke(RequestContext context, Target target, Form form, List<String> ruleIds) {
        return ledger.call(context, entities -> {
            var group = groups.change(entities, context.account(), target.groupId(), target.groupName());
            if (!ruleIds.isEmpty() && !form.isEmpty()) {
                throw NetworkErrors.combination(
                        "The parameter 'securityGroupRuleIds' may not be used in combination with 'ipPermissions'");
            }
            var rows = ruleIds.isEmpty()
                    ? matching(entities, group, target.egress(), form)
                    : named(entities, group, target.egress(), ruleIds);
            var answers = rows.stream().map(GroupAnswers::revoked).toList();
            for (var row : rows) {
                tags.removeAll(context.account(), row.id);
                entities.remove(row);
            }
            entities.flush();
            record(context, group, "revoked", rows);
            return answers;
        });
    }

    /** Changes descriptions only. */
    void describe(RequestContext context, Target target, Form form, List<SecurityGroupRuleDescription> descriptions) {
        ledger.run(context, entities -> {
            var group = groups.require(entities, context.account(), target.groupId(), target.groupName());
            if (descriptions.isEmpty() == form.isEmpty()) {
                throw NetworkErrors.combination(
                        "Exactly one of 'ipPermissions' and 'securityGroupRuleDescriptions' must be given");
            }
            if (form.isEmpty()) {
                descriptions.forEach(
                        each -> one(entities, group, target.egress(), each.securityGroupRuleId()).description =
                                PermissionReader.description(each.description()));
            } else {
                var byPermission = byPermission(entities, group);
                reader.read(entities, group, target.egress(), form)
                        .forEach(wanted -> find(byPermission, wanted).description = wanted.description());
            }
            record(context, group, "described", List.of());
        });
    }

    /** Puts other rules in the place of some, as ModifySecurityGroupRules does. */
    void modify(RequestContext context, @Nullable String groupId, List<SecurityGroupRuleUpdate> updates) {
        NetworkErrors.required(groupId, "GroupId");
        if (updates.isEmpty()) {
            throw NetworkErrors.missing("SecurityGroupRule");
        }
        ledger.run(context, entities -> {
            var group = groups.change(entities, context.account(), groupId, null);
            var rules = groups.rules(entities, List.of(group.id));
            var byId = rules.stream().collect(Collectors.toMap(rule -> rule.id, Function.identity()));
            for (var update : updates) {
                var id = NetworkErrors.required(update.securityGroupRuleId(), "SecurityGroupRuleId");
                KIND.check(id);
                var row = byId.get(id);
                if (row == null) {
                    throw GroupErrors.ruleNotFound(id);
                }
                if (update.securityGroupRule() == null) {
                    throw NetworkErrors.missing("SecurityGroupRule");
                }
                var wanted = reader.read(entities, group, row.egress, update.securityGroupRule());
                var given = update.securityGroupRule().description();
                row.become(wanted.permission(), given == null ? row.description : wanted.description());
            }
            checkDistinct(rules);
            checkLimit(entities, rules, false);
            checkLimit(entities, rules, true);
            entities.flush();
            record(context, group, "modified", rules);
        });
    }

    private static void checkDistinct(List<RuleRow> rules) {
        var seen = new java.util.HashSet<Permission>();
        for (var rule : rules) {
            if (!seen.add(rule.permission())) {
                throw GroupErrors.duplicateRule(rule.permission());
            }
        }
    }

    /** A group counts for both families, a prefix list as many rules as it may have entries. */
    private void checkLimit(EntityManager entities, Collection<RuleRow> rules, boolean egress) {
        var weights = prefixLists.weights(
                entities,
                rules.stream()
                        .map(RuleRow::permission)
                        .filter(Permission::isPrefixList)
                        .map(Permission::peer)
                        .collect(Collectors.toSet()));
        var ipv4 = 0;
        var ipv6 = 0;
        for (var rule : rules) {
            var permission = rule.permission();
            if (permission.egress() == egress) {
                var weight = weights.getOrDefault(permission.peer(), 1);
                ipv4 += permission.isIpv6() ? 0 : weight;
                ipv6 += permission.isIpv4() ? 0 : weight;
            }
        }
        if (Math.max(ipv4, ipv6) > config.maxRules()) {
            throw GroupErrors.tooManyRules(config.maxRules());
        }
    }

    private List<RuleRow> matching(EntityManager entities, SecurityGroupRow group, boolean egress, Form form) {
        var wanted = reader.read(entities, group, egress, form);
        var byPermission = byPermission(entities, group);
        return wanted.stream().map(each -> find(byPermission, each)).toList();
    }

    private Map<Permission, RuleRow> byPermission(EntityManager entities, SecurityGroupRow group) {
        return groups.rules(entities, List.of(group.id)).stream()
                .collect(Collectors.toMap(RuleRow::permission, Function.identity()));
    }

    private static RuleRow find(Map<Permission, RuleRow> byPermission, Wanted wanted) {
        var row = byPermission.get(wanted.permission());
        if (row == null) {
            throw GroupErrors.noSuchRule();
        }
        return row;
    }

    private static List<RuleRow> named(
            EntityManager entities, SecurityGroupRow group, boolean egress, List<String> ids) {
        return ids.stream()
                .distinct()
                .map(id -> one(entities, group, egress, id))
                .toList();
    }

    private static RuleRow one(EntityManager entities, SecurityGroupRow group, boolean egress, @Nullable String given) {
        var id = NetworkErrors.required(given, "SecurityGroupRuleId");
        KIND.check(id);
        var row = entities.find(RuleRow.class, id);
        if (row == null || !row.groupId.equals(group.id) || row.egress != egress) {
            throw GroupErrors.ruleNotFound(id);
        }
        return row;
    }

    private SecurityGroupRule answer(
            RequestContext context, RuleRow row, List<software.amazon.awssdk.services.ec2.model.Tag> tagList) {
        return GroupAnswers.rule(row, context.account().value(), ledger.arn(context.account(), KIND, row.id), tagList);
    }

    private void record(RequestContext context, SecurityGroupRow group, String what, List<RuleRow> rows) {
        ledger.record(
                context,
                NetworkKind.SECURITY_GROUP,
                group.id,
                what,
                Map.of(
                        "vpc",
                        group.vpcId,
                        "rules",
                        rows.stream().map(row -> row.id).toList()));
    }
}
