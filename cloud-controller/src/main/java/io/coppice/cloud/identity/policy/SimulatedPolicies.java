package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.StatementMatch;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.PolicySourceType;

/**
 * The policies that a simulation starts from.
 *
 * @param callerArn whom the simulation stands for
 * @param tags of the user or role
 */
record SimulatedPolicies(
        List<PolicyDocument> identity,
        Optional<PolicyDocument> boundary,
        @Nullable String callerArn,
        Map<String, String> tags) {
    private static final Pattern SOURCE = Pattern.compile("arn:aws:iam::([0-9]{12}):(user|group|role)/(.*/)?([^/]+)");
    private static final int NAME = 4;

    SimulatedPolicies {
        identity = List.copyOf(identity);
        tags = Map.copyOf(tags);
    }

    /** Documents that a request gives, named by their places in it. Throws {@code MalformedPolicyDocument}. */
    static List<PolicyDocument> given(String parameter, List<String> texts) {
        var documents = new ArrayList<PolicyDocument>();
        for (var text : texts) {
            var name = parameter + "." + (documents.size() + 1);
            documents.add(Documents.read(parameter, text, PolicyDocument.Kind.IDENTITY)
                    .named(name));
        }
        return documents;
    }

    /** Those of a user with its groups, of a group, or of a role. Throws {@code InvalidInput} or {@code NoSuchEntity}. */
    static SimulatedPolicies of(EntityManager entities, AccountId account, @Nullable String sourceArn) {
        var arn = Require.arn("policySourceArn", sourceArn);
        var parts = SOURCE.matcher(arn);
        if (!parts.matches()) {
            throw IamErrors.invalidInput(
                    "Invalid Entity Arn: " + arn + " does not clearly define entity type and name.");
        }
        var kind = EntityKind.valueOf(parts.group(2).toUpperCase(Locale.ROOT));
        if (!parts.group(1).equals(account.value())) {
            throw IamErrors.notFound(kind, parts.group(NAME));
        }
        var holder = PolicyHolders.get(entities, account, kind, parts.group(NAME));
        var bound = PrincipalPolicies.of(entities, holder.id());
        var documents = bound.identity().entrySet().stream()
                .map(entry -> PolicyDocument.parse(entry.getValue(), PolicyDocument.Kind.IDENTITY)
                        .named(entry.getKey()))
                .toList();
        var tags = new HashMap<String, String>();
        EntityTags.of(entities, holder.id()).forEach(tag -> tags.put(tag.key(), tag.value()));
        return new SimulatedPolicies(
                documents,
                bound.boundary().map(text -> PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY)
                        .named("PermissionsBoundary")),
                callerArn(holder),
                tags);
    }

    /** A statement that took part in a decision, as answers tell it. */
    static software.amazon.awssdk.services.iam.model.Statement statement(StatementMatch match) {
        var name = match.document().name().orElse("");
        var where = match.statement().where();
        return software.amazon.awssdk.services.iam.model.Statement.builder()
                .sourcePolicyId(name.substring(name.lastIndexOf('/') + 1))
                .sourcePolicyType(type(name))
                .startPosition(position -> position.line(where.startLine()).column(where.startColumn()))
                .endPosition(position -> position.line(where.endLine()).column(where.endColumn()))
                .build();
    }

    private static PolicySourceType type(String name) {
        if (name.startsWith("arn:aws:iam::aws:")) {
            return PolicySourceType.AWS_MANAGED;
        }
        if (name.startsWith("arn:")) {
            return PolicySourceType.USER_MANAGED;
        }
        if (EntityKind.USER.owns(name)) {
            return PolicySourceType.USER;
        }
        if (EntityKind.GROUP.owns(name)) {
            return PolicySourceType.GROUP;
        }
        if (EntityKind.ROLE.owns(name)) {
            return PolicySourceType.ROLE;
        }
        return name.equals("ResourcePolicy") ? PolicySourceType.RESOURCE : PolicySourceType.NONE;
    }

    /** A role acts through its sessions; a group does not act at all. */
    private static @Nullable String callerArn(EntityRow holder) {
        return switch (holder.kind()) {
            case USER -> holder.arn();
            case ROLE -> "arn:aws:sts::" + holder.account() + ":assumed-role/" + holder.name() + "/simulated";
            default -> null;
        };
    }
}
