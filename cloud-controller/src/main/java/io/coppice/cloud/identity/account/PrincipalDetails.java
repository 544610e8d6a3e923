package io.coppice.cloud.identity.account;

import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.group.GroupRow;
import io.coppice.cloud.identity.group.Groups;
import io.coppice.cloud.identity.group.Members;
import io.coppice.cloud.identity.policy.AttachmentActions;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.Documents;
import io.coppice.cloud.identity.policy.InlinePolicies;
import io.coppice.cloud.identity.role.InstanceProfiles;
import io.coppice.cloud.identity.role.RoleAnswers;
import io.coppice.cloud.identity.role.RoleRow;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.PolicyDetail;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.UserDetail;

/** Users, groups and roles with all that hangs on them, read in a constant number of queries. */
record PrincipalDetails(List<UserDetail> users, List<GroupDetail> groups, List<RoleDetail> roles) {
    /** Of these rows. Works in the caller's transaction. */
    static PrincipalDetails of(EntityManager entities, List<EntityRow> rows) {
        var hanging = Hanging.of(entities, rows.stream().map(EntityRow::id).toList());
        return new PrincipalDetails(
                users(entities, only(rows, UserRow.class), hanging),
                only(rows, GroupRow.class).stream()
                        .map(row -> group(row, hanging))
                        .toList(),
                roles(entities, only(rows, RoleRow.class), hanging));
    }

    private static List<UserDetail> users(EntityManager entities, List<UserRow> rows, Hanging hanging) {
        var groupIds = Members.groupsOf(entities, rows.stream().map(UserRow::id).toList());
        var groups = Groups.ROWS.byIds(
                entities, groupIds.values().stream().flatMap(List::stream).toList());
        return rows.stream()
                .map(row -> {
                    var detail = UserDetail.builder()
                            .userName(row.name())
                            .userId(row.id())
                            .path(row.path())
                            .arn(row.arn())
                            .createDate(row.createdAt())
                            .groupList(groupIds.getOrDefault(row.id(), List.of()).stream()
                                    .map(groups::get)
                                    .filter(Objects::nonNull)
                                    .map(EntityRow::name)
                                    .sorted()
                                    .toList())
                            .userPolicyList(hanging.inlineOf(row))
                            .attachedManagedPolicies(hanging.attachedOf(row))
                            .tags(hanging.tagsOf(row));
                    row.boundaryArn().ifPresent(arn -> detail.permissionsBoundary(RoleAnswers.boundary(arn)));
                    return detail.build();
                })
                .toList();
    }

    private static GroupDetail group(GroupRow row, Hanging hanging) {
        return GroupDetail.builder()
                .groupName(row.name())
                .groupId(row.id())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .groupPolicyList(hanging.inlineOf(row))
                .attachedManagedPolicies(hanging.attachedOf(row))
                .build();
    }

    private static List<RoleDetail> roles(EntityManager entities, List<RoleRow> rows, Hanging hanging) {
        var profiles = InstanceProfiles.ofRoles(
                entities, rows.stream().map(RoleRow::id).toList());
        return rows.stream()
                .map(row -> {
                    var detail = RoleDetail.builder()
                            .roleName(row.name())
                            .roleId(row.id())
                            .path(row.path())
                            .arn(row.arn())
                            .createDate(row.createdAt())
                            .assumeRolePolicyDocument(Documents.encoded(row.trustPolicy()))
                            .instanceProfileList(profiles.getOrDefault(row.id(), List.of()).stream()
                                    .map(profile -> RoleAnswers.profile(profile, List.of()))
                                    .toList())
                            .rolePolicyList(hanging.inlineOf(row))
                            .attachedManagedPolicies(hanging.attachedOf(row))
                            .tags(hanging.tagsOf(row))
                            .roleLastUsed(RoleAnswers.lastUsed(row));
                    row.boundaryArn().ifPresent(arn -> detail.permissionsBoundary(RoleAnswers.boundary(arn)));
                    return detail.build();
                })
                .toList();
    }

    private static <T extends EntityRow> List<T> only(List<EntityRow> rows, Class<T> type) {
        return rows.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** What hangs on unique ids. */
    private record Hanging(
            Map<String, Map<String, String>> inline, Map<String, List<String>> attached, Map<String, List<Tag>> tags) {
        static Hanging of(EntityManager entities, List<String> ids) {
            return new Hanging(
                    InlinePolicies.of(entities, ids), Attachments.of(entities, ids), EntityTags.of(entities, ids));
        }

        List<PolicyDetail> inlineOf(EntityRow row) {
            return inline.getOrDefault(row.id(), Map.of()).entrySet().stream()
                    .map(policy -> PolicyDetail.builder()
                            .policyName(policy.getKey())
                            .policyDocument(Documents.encoded(policy.getValue()))
                            .build())
                    .toList();
        }

        List<AttachedPolicy> attachedOf(EntityRow row) {
            return attached.getOrDefault(row.id(), List.of()).stream()
                    .map(AttachmentActions::attached)
                    .toList();
        }

        List<Tag> tagsOf(EntityRow row) {
            return tags.getOrDefault(row.id(), List.of());
        }
    }
}
