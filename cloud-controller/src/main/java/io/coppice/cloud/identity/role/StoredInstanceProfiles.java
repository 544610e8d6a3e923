package io.coppice.cloud.identity.role;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.instanceprofile.InstanceProfiles;
import io.coppice.cloud.instanceprofile.ProfileCredentials;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The instance profiles of IAM, for instances. Thread-safe. */
@ApplicationScoped
public class StoredInstanceProfiles implements InstanceProfiles, ProfileCredentials {
    /** As long as AWS's are good for: six hours. */
    private static final Duration LIFE = Duration.ofHours(6);

    private static final int FORBIDDEN = 403;

    private final Database database;
    private final Authorizer authorizer;
    private final SessionTokens tokens;

    /** For the container and for tests. */
    public StoredInstanceProfiles(Database database, Authorizer authorizer, SessionTokens tokens) {
        this.database = database;
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    @Override
    public Optional<Profile> named(AccountId account, String name) {
        return find(account, "lower(p.name) = lower(:given)", name)
                .filter(row -> row.name().equals(name))
                .map(StoredInstanceProfiles::profile);
    }

    @Override
    public Optional<Profile> withArn(AccountId account, String arn) {
        var name = arn.substring(arn.lastIndexOf('/') + 1);
        return find(account, "lower(p.name) = lower(:given)", name)
                .filter(row -> row.arn().equals(arn))
                .map(StoredInstanceProfiles::profile);
    }

    @Override
    public void requirePass(RequestContext context, Profile profile) {
        var role = find(context.account(), "p.id = :given", profile.id()).flatMap(InstanceProfileRow::role);
        if (role.isEmpty()) {
            return;
        }
        try {
            authorizer.require(
                    context,
                    "iam:PassRole",
                    role.get().arn(),
                    Map.of("iam:passedtoservice", List.of("ec2.amazonaws.com")));
        } catch (AwsException e) {
            throw AwsException.of(
                    "UnauthorizedOperation",
                    FORBIDDEN,
                    "You are not authorized to perform this operation. " + e.getMessage());
        }
    }

    @Override
    public Optional<RoleCredentials> issue(AccountId account, String profileId, String instanceId) {
        return find(account, "p.id = :given", profileId)
                .flatMap(InstanceProfileRow::role)
                .map(role -> {
                    var made =
                            tokens.issue(SessionGrant.plain(Session.Kind.ROLE, account, role.id(), instanceId, LIFE));
                    return new RoleCredentials(
                            role.name(),
                            made.accessKeyId(),
                            made.secretAccessKey(),
                            made.sessionToken(),
                            made.issuedAt(),
                            made.expiresAt());
                });
    }

    private Optional<InstanceProfileRow> find(AccountId account, String where, String given) {
        return database
                .call(entities -> entities.createQuery(
                                "select p from InstanceProfile p where p.accountId = :account and " + where,
                                InstanceProfileRow.class)
                        .setParameter("account", account.value())
                        .setParameter("given", given)
                        .getResultList())
                .stream()
                .findFirst();
    }

    private static Profile profile(InstanceProfileRow row) {
        return new Profile(row.arn(), row.id());
    }
}
