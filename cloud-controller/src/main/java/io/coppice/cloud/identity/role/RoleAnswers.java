package io.coppice.cloud.identity.role;

import io.coppice.cloud.identity.policy.Documents;
import java.util.List;
import software.amazon.awssdk.services.iam.model.AttachedPermissionsBoundary;
import software.amazon.awssdk.services.iam.model.InstanceProfile;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;
import software.amazon.awssdk.services.iam.model.Tag;

/** Roles and instance profiles as answers tell them. */
public final class RoleAnswers {
    private RoleAnswers() {}

    /** A role as listings tell it. */
    static Role brief(RoleRow row) {
        return Role.builder()
                .roleId(row.id())
                .roleName(row.name())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .assumeRolePolicyDocument(Documents.encoded(row.trustPolicy()))
                .description(row.description().isEmpty() ? null : row.description())
                .maxSessionDuration(Math.toIntExact(row.longestSession().toSeconds()))
                .build();
    }

    /** A role as single answers tell it: with tags, boundary and last use. */
    static Role full(RoleRow row, List<Tag> tags) {
        var role = brief(row).toBuilder().roleLastUsed(lastUsed(row));
        row.boundaryArn().ifPresent(arn -> role.permissionsBoundary(boundary(arn)));
        return tags.isEmpty() ? role.build() : role.tags(tags).build();
    }

    /** When somebody last became it; without anything while nobody has. */
    public static RoleLastUsed lastUsed(RoleRow row) {
        return RoleLastUsed.builder()
                .lastUsedDate(row.lastUsedAt().orElse(null))
                .region(row.lastUsedRegion().isEmpty() ? null : row.lastUsedRegion())
                .build();
    }

    /** A permissions boundary. */
    public static AttachedPermissionsBoundary boundary(String arn) {
        return AttachedPermissionsBoundary.builder()
                .permissionsBoundaryType("Policy")
                .permissionsBoundaryArn(arn)
                .build();
    }

    /** An instance profile with its role. */
    public static InstanceProfile profile(InstanceProfileRow row, List<Tag> tags) {
        var profile = InstanceProfile.builder()
                .instanceProfileId(row.id())
                .instanceProfileName(row.name())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .roles(row.role().stream().map(RoleAnswers::brief).toList());
        return tags.isEmpty() ? profile.build() : profile.tags(tags).build();
    }
}
