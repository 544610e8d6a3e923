package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.credential.LoginProfiles;
import io.coppice.cloud.identity.credential.PasswordRules;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.group.Members;
import io.coppice.cloud.identity.role.RoleRow;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads everything that binds a principal, in a constant number of queries. Works in the caller's transaction. */
public final class PrincipalPolicies {
    private static final String NOTHING = """
            {"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}""";

    /** What an account's password policy allows by itself: both actions are about the caller and nobody else. */
    private static final String OWN_PASSWORD = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow",\
            "Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}}""";

    private PrincipalPolicies() {}

    /**
     * What binds a user or role: its own policies, those of its groups, and its boundary.
     *
     * @param identity documents by where they come from (a policy's ARN, or owner and name of an inline one)
     * @param boundary the document of the permissions boundary
     */
    public record Bound(Map<String, String> identity, Optional<String> boundary) {
        public Bound {
            identity = Map.copyOf(identity);
        }

        Bound with(String name, String document) {
            var more = new LinkedHashMap<>(identity);
            more.put(name, document);
            return new Bound(more, boundary);
        }
    }

    /** Of the user or role with this unique id; nothing is allowed to one that is gone. */
    public static Bound of(EntityManager entities, String principalId) {
        if (EntityKind.ROLE.owns(principalId)) {
            var role = Optional.ofNullable(entities.find(RoleRow.class, principalId));
            return bound(entities, List.of(principalId), role.flatMap(RoleRow::boundaryArn));
        }
        var user = Optional.ofNullable(entities.find(UserRow.class, principalId));
        var owners = new ArrayList<String>();
        owners.add(principalId);
        owners.addAll(Members.groupsOf(entities, principalId));
        var bound = bound(entities, owners, user.flatMap(UserRow::boundaryArn));
        var mayChange = user.flatMap(row -> LoginProfiles.rules(entities, row.account()))
                .filter(PasswordRules::usersMayChange);
        return mayChange.isEmpty() ? bound : bound.with("AccountPasswordPolicy", OWN_PASSWORD);
    }

    private static Bound bound(EntityManager entities, Collection<String> owners, Optional<String> boundaryArn) {
        var identity = new LinkedHashMap<String, String>();
        InlinePolicies.of(entities, owners)
                .forEach((owner, documents) ->
                        documents.forEach((name, document) -> identity.put(owner + "/" + name, document)));
        var arns = new LinkedHashSet<String>();
        Attachments.of(entities, owners).values().forEach(arns::addAll);
        var wanted = new LinkedHashSet<>(arns);
        boundaryArn.ifPresent(wanted::add);
        var documents = ManagedPolicies.documents(entities, wanted);
        arns.stream().filter(documents::containsKey).forEach(arn -> identity.put(arn, documents.getOrDefault(arn, "")));
        // A boundary whose policy is not there any more allows nothing.
        return new Bound(identity, boundaryArn.map(arn -> documents.getOrDefault(arn, NOTHING)));
    }
}
