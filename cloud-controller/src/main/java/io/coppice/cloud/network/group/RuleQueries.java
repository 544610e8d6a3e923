package io.coppice.cloud.network.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.query.Selection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;

/** DescribeSecurityGroupRules and ModifySecurityGroupRules. Thread-safe. */
@ApplicationScoped
class RuleQueries implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.SECURITY_GROUP_RULE;
    private static final PageLimits PAGES = PageLimits.usual("securityGroupRuleIds");
    private static final Filters<SecurityGroupRule> FILTERS = Filters.<SecurityGroupRule>builder()
            .value("group-id", SecurityGroupRule::groupId)
            .value("security-group-rule-id", SecurityGroupRule::securityGroupRuleId)
            .tags(each -> NetworkLedger.asMap(each.tags()))
            .build();

    private final NetworkLedger ledger;
    private final SecurityRules rules;
    private final Pages pages;

    RuleQueries(NetworkLedger ledger, SecurityRules rules, Pages pages) {
        this.ledger = ledger;
        this.rules = rules;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2, "DescribeSecurityGroupRules", DescribeSecurityGroupRulesRequest::builder, this::describe);
        registry.add(Service.EC2, "ModifySecurityGroupRules", ModifySecurityGroupRulesRequest::builder, this::modify);
    }

    ModifySecurityGroupRulesResponse modify(RequestContext context, ModifySecurityGroupRulesRequest request) {
        rules.modify(context, request.groupId(), request.securityGroupRules());
        return ModifySecurityGroupRulesResponse.builder().returnValue(true).build();
    }

    DescribeSecurityGroupRulesResponse describe(RequestContext context, DescribeSecurityGroupRulesRequest request) {
        var ids = Set.copyOf(request.securityGroupRuleIds());
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        return ledger.call(context, entities -> {
            request.securityGroupRuleIds().forEach(KIND::check);
            var found = pages.read(
                    page,
                    (after, limit) -> answers(context, list(entities, context, ids, selection, after, limit)),
                    selection,
                    SecurityGroupRule::securityGroupRuleId);
            if (!ids.isEmpty()) {
                checkAllFound(entities, context, request.securityGroupRuleIds());
            }
            return DescribeSecurityGroupRulesResponse.builder()
                    .securityGroupRules(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private static void checkAllFound(EntityManager entities, RequestContext context, List<String> ids) {
        var present = Set.copyOf(entities.createQuery(
                        "select r.id from RuleRow r join SecurityGroupRow g on g.id = r.groupId"
                                + " where g.accountId = :account and r.id in (:ids)",
                        String.class)
                .setParameter("account", context.account().value())
                .setParameter("ids", ids)
                .getResultList());
        ids.stream().filter(id -> !present.contains(id)).findFirst().ifPresent(id -> {
            throw GroupErrors.ruleNotFound(id);
        });
    }

    private static List<RuleRow> list(
            EntityManager entities,
            RequestContext context,
            Set<String> ids,
            Selection<SecurityGroupRule> selection,
            @Nullable String after,
            int limit) {
        var groupIds = selection.exactly("group-id");
        var query = entities.createQuery(
                        "select r from RuleRow r join SecurityGroupRow g on g.id = r.groupId where g.accountId = :account"
                                + (ids.isEmpty() ? "" : " and r.id in (:ids)")
                                + (groupIds.isEmpty() ? "" : " and r.groupId in (:groups)")
                                + (after == null ? "" : " and r.id > :after") + " order by r.id",
                        RuleRow.class)
                .setParameter("account", context.account().value())
                .setMaxResults(limit);
        if (!ids.isEmpty()) {
            query.setParameter("ids", ids);
        }
        groupIds.ifPresent(groups -> query.setParameter("groups", groups));
        if (after != null) {
            query.setParameter("after", after);
        }
        return query.getResultList();
    }

    private List<SecurityGroupRule> answers(RequestContext context, List<RuleRow> rows) {
        var account = context.account();
        var tags = ledger.tags(account, rows.stream().map(row -> row.id).collect(Collectors.toList()));
        return rows.stream()
                .map(row -> GroupAnswers.rule(
                        row, account.value(), ledger.arn(account, KIND, row.id), tags.getOrDefault(row.id, List.of())))
                .toList();
    }
}
