package io.coppice.cloud.network.group;

import io.coppice.cloud.network.compile.GroupRules;
import io.coppice.cloud.network.prefixlist.PrefixLists;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Security groups in the words of the seam to hosts, prefix lists as the ranges that are in them. Thread-safe. */
@ApplicationScoped
class CompiledGroups implements GroupRules {
    private final SecurityGroups groups;
    private final PrefixLists prefixLists;

    CompiledGroups(SecurityGroups groups, PrefixLists prefixLists) {
        this.groups = groups;
        this.prefixLists = prefixLists;
    }

    @Override
    public List<SecurityGroup> of(EntityManager entities, String vpcId) {
        var rows = groups.in(entities, vpcId);
        var rules = groups.rules(entities, rows.stream().map(row -> row.id).toList());
        var ranges = prefixLists.ranges(
                entities,
                rules.stream()
                        .map(RuleRow::permission)
                        .filter(Permission::isPrefixList)
                        .map(Permission::peer)
                        .collect(Collectors.toSet()));
        var byGroup = rules.stream().collect(Collectors.groupingBy(rule -> rule.groupId));
        return rows.stream()
                .map(row -> group(row.id, byGroup.getOrDefault(row.id, List.of()), ranges))
                .toList();
    }

    private static SecurityGroup group(String id, List<RuleRow> rules, Map<String, List<String>> ranges) {
        var group = SecurityGroup.newBuilder().setSecurityGroupId(id);
        for (var rule : rules) {
            var permission = rule.permission();
            messages(permission, ranges).forEach(permission.egress() ? group::addEgress : group::addIngress);
        }
        return group.build();
    }

    private static Stream<SecurityGroupRule> messages(Permission permission, Map<String, List<String>> ranges) {
        var rule = SecurityGroupRule.newBuilder()
                .setProtocol(permission.protocol())
                .setFromPort(permission.fromPort())
                .setToPort(permission.toPort());
        if (permission.isGroup()) {
            return Stream.of(rule.setSecurityGroupId(permission.peer()).build());
        }
        return permission.isPrefixList()
                ? ranges.getOrDefault(permission.peer(), List.of()).stream()
                        .map(range -> rule.setCidr(range).build())
                : Stream.of(rule.setCidr(permission.peer()).build());
    }
}
