package io.coppice.cloud.network.group;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.IpRange;
import software.amazon.awssdk.services.ec2.model.Ipv6Range;
import software.amazon.awssdk.services.ec2.model.PrefixListId;
import software.amazon.awssdk.services.ec2.model.ReferencedSecurityGroup;
import software.amazon.awssdk.services.ec2.model.RevokedSecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** Writes security groups and their rules in the words of the EC2 API. Pure. */
final class GroupAnswers {
    private GroupAnswers() {}

    static SecurityGroup group(SecurityGroupRow row, String arn, List<RuleRow> rules, List<Tag> tags) {
        return SecurityGroup.builder()
                .groupId(row.id)
                .groupName(row.name)
                .securityGroupArn(arn)
                .description(row.description)
                .vpcId(row.vpcId)
                .ownerId(row.accountId)
                .ipPermissions(permissions(row, rules, false))
                .ipPermissionsEgress(permissions(row, rules, true))
                .tags(tags)
                .build();
    }

    /** Rules of the same protocol and ports stand in one permission. */
    private static List<IpPermission> permissions(SecurityGroupRow row, List<RuleRow> rules, boolean egress) {
        record Ports(int protocol, int from, int to) {}
        var byPorts = new LinkedHashMap<Ports, List<RuleRow>>();
        rules.stream().filter(rule -> rule.egress == egress).forEach(rule -> byPorts.computeIfAbsent(
                        new Ports(rule.protocol, rule.fromPort, rule.toPort), any -> new ArrayList<>())
                .add(rule));
        return byPorts.values().stream().map(each -> permission(row, each)).toList();
    }

    private static IpPermission permission(SecurityGroupRow row, List<RuleRow> rules) {
        var first = rules.getFirst().permission();
        var answer = IpPermission.builder()
                .ipProtocol(first.protocolName())
                .ipRanges(each(rules, Permission::isIpv4, rule -> IpRange.builder()
                        .cidrIp(rule.peer)
                        .description(text(rule.description))
                        .build()))
                .ipv6Ranges(each(rules, Permission::isIpv6, rule -> Ipv6Range.builder()
                        .cidrIpv6(rule.peer)
                        .description(text(rule.description))
                        .build()))
                .prefixListIds(each(rules, Permission::isPrefixList, rule -> PrefixListId.builder()
                        .prefixListId(rule.peer)
                        .description(text(rule.description))
                        .build()))
                .userIdGroupPairs(each(rules, Permission::isGroup, rule -> UserIdGroupPair.builder()
                        .groupId(rule.peer)
                        .userId(row.accountId)
                        .description(text(rule.description))
                        .build()));
        return first.hasPorts()
                ? answer.fromPort(first.fromPort()).toPort(first.toPort()).build()
                : answer.build();
    }

    private static <T> List<T> each(
            List<RuleRow> rules, java.util.function.Predicate<Permission> kind, Function<RuleRow, T> write) {
        return rules.stream()
                .filter(rule -> kind.test(rule.permission()))
                .map(write)
                .toList();
    }

    static SecurityGroupRule rule(RuleRow row, String owner, String arn, List<Tag> tags) {
        var permission = row.permission();
        var answer = SecurityGroupRule.builder()
                .securityGroupRuleId(row.id)
                .securityGroupRuleArn(arn)
                .groupId(row.groupId)
                .groupOwnerId(owner)
                .isEgress(row.egress)
                .ipProtocol(permission.protocolName())
                .fromPort(row.fromPort)
                .toPort(row.toPort)
                .description(text(row.description))
                .tags(tags);
        if (permission.isGroup()) {
            answer.referencedGroupInfo(ReferencedSecurityGroup.builder()
                    .groupId(row.peer)
                    .userId(owner)
                    .build());
        } else if (permission.isPrefixList()) {
            answer.prefixListId(row.peer);
        } else if (permission.isIpv6()) {
            answer.cidrIpv6(row.peer);
        } else {
            answer.cidrIpv4(row.peer);
        }
        return answer.build();
    }

    static RevokedSecurityGroupRule revoked(RuleRow row) {
        var permission = row.permission();
        var answer = RevokedSecurityGroupRule.builder()
                .securityGroupRuleId(row.id)
                .groupId(row.groupId)
                .isEgress(row.egress)
                .ipProtocol(permission.protocolName())
                .fromPort(row.fromPort)
                .toPort(row.toPort)
                .description(text(row.description));
        if (permission.isGroup()) {
            answer.referencedGroupId(row.peer);
        } else if (permission.isPrefixList()) {
            answer.prefixListId(row.peer);
        } else if (permission.isIpv6()) {
            answer.cidrIpv6(row.peer);
        } else {
            answer.cidrIpv4(row.peer);
        }
        return answer.build();
    }

    private static @Nullable String text(String description) {
        return description.isEmpty() ? null : description;
    }
}
