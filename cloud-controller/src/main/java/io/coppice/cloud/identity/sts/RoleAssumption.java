package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.identity.role.RoleRow;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.identity.session.TemporaryCredentials;
import io.coppice.cloud.store.Database;
import io.coppice.policy.PolicyDocument;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;

/** What all ways into a role have in common: to find it, to keep to its limits, to make the session. Thread-safe. */
public final class RoleAssumption {
    /** The shortest session. */
    static final Duration SHORTEST = Duration.ofMinutes(15);

    private static final Duration LONGEST = Duration.ofHours(12);
    private static final Duration USUAL = Duration.ofHours(1);
    /** How often "last used" of a role is written down at most. */
    private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

    private static final Pattern ROLE_ARN = Pattern.compile("arn:aws:iam::([0-9]{12}):role/(?:.*/)?([^/]+)");

    private final Database database;
    private final SessionTokens tokens;
    private final String region;
    private final Clock clock;

    /** @param region noted as the place where roles are used */
    public RoleAssumption(Database database, SessionTokens tokens, String region, Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.region = region;
        this.clock = clock;
    }

    /**
     * A role that somebody wants to become.
     *
     * @param trust its trust policy
     */
    record Target(RoleRow row, PolicyDocument trust) {
        String arn() {
            return row.arn();
        }

        String account() {
            return row.account().value();
        }
    }

    /** The role of that ARN; empty when there is none. */
    Optional<Target> find(String arn) {
        var parts = ROLE_ARN.matcher(arn);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return database.call(entities -> entities
                .createQuery(
                        "select r from Role r where r.accountId = :account and lower(r.name) = :name", RoleRow.class)
                .setParameter("account", parts.group(1))
                .setParameter("name", parts.group(2).toLowerCase(Locale.ROOT))
                .getResultList()
                .stream()
                .filter(row -> row.arn().equals(arn))
                .findFirst()
                .map(row -> new Target(row, PolicyDocument.parse(row.trustPolicy(), PolicyDocument.Kind.TRUST))));
    }

    /**
     * How long a session is to last. Throws {@code ValidationError} when that is more than the role allows.
     *
     * @param chained whether one role's session asks for another's
     */
    static Duration life(Target role, @Nullable Integer seconds, boolean chained) {
        var life = SessionWish.life(seconds, SHORTEST, LONGEST, USUAL);
        if (chained && life.compareTo(USUAL) > 0) {
            throw IamErrors.validation(
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed"
                            + " by role chaining");
        }
        if (life.compareTo(role.row().longestSession()) > 0) {
            throw IamErrors.validation(
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        return life;
    }

    /** Makes the session of somebody who may become the role. Throws {@code ValidationError} for a policy that is not. */
    Assumed assume(Target role, String name, Duration life, Session.Restriction restriction, Bearing bearing) {
        requirePolicies(role, restriction);
        var row = role.row();
        var credentials = tokens.issue(new SessionGrant(
                Session.Kind.ROLE, row.account(), row.id(), name, life, restriction, bearing.tags(), bearing.origin()));
        noteUse(row);
        var user = AssumedRoleUser.builder()
                .arn("arn:aws:sts::" + role.account() + ":assumed-role/" + row.name() + "/" + name)
                .assumedRoleId(row.id() + ":" + name)
                .build();
        return new Assumed(credentials, user);
    }

    private void requirePolicies(Target role, Session.Restriction restriction) {
        var arns = restriction.policyArns();
        if (!arns.isEmpty()) {
            database.run(entities ->
                    arns.forEach(arn -> ManagedPolicies.get(entities, role.row().account(), arn)));
        }
    }

    private void noteUse(RoleRow role) {
        var now = clock.instant();
        if (role.lastUsedAt()
                .filter(at -> at.plus(USE_NOTED_EVERY).isAfter(now))
                .isEmpty()) {
            database.run(entities -> Optional.ofNullable(entities.find(RoleRow.class, role.id()))
                    .ifPresent(row -> row.used(now, region)));
        }
    }

    /** What a session carries along. */
    record Bearing(Map<String, String> tags, Session.Origin origin) {}

    /** A session that was made. */
    record Assumed(TemporaryCredentials credentials, AssumedRoleUser user) {}
}
