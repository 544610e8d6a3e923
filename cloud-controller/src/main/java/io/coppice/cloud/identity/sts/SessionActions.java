package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.store.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/** GetSessionToken and GetFederationToken: temporary credentials of users and roots. Thread-safe. */
public final class SessionActions implements ActionModule {
    private static final Duration LONGEST = Duration.ofHours(36);
    private static final Duration LONGEST_OF_ROOT = Duration.ofHours(1);
    private static final Duration USUAL = Duration.ofHours(12);
    private static final int LONGEST_NAME = 32;

    private final Database database;
    private final SessionTokens tokens;
    private final MfaCheck mfa;
    private final Clock clock;

    public SessionActions(Database database, SessionTokens tokens, MfaCheck mfa, Clock clock) {
        this.database = database;
        this.tokens = tokens;
        this.mfa = mfa;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.STS, "GetSessionToken", GetSessionTokenRequest::builder, this::session);
        registry.add(Service.STS, "GetFederationToken", GetFederationTokenRequest::builder, this::federation);
    }

    GetSessionTokenResponse session(RequestContext context, GetSessionTokenRequest request) {
        var caller = context.caller();
        requireLongTerm(caller, context.action());
        var mfaAt = mfaAt(caller, request);
        var origin = new Session.Origin(Set.of(), "", mfaAt, "");
        var credentials = tokens.issue(new SessionGrant(
                Session.Kind.USER,
                caller.account(),
                caller.userId(),
                "",
                life(caller, request.durationSeconds()),
                Session.Restriction.NONE,
                Map.of(),
                origin));
        return GetSessionTokenResponse.builder()
                .credentials(StsAnswers.credentials(credentials))
                .build();
    }

    GetFederationTokenResponse federation(RequestContext context, GetFederationTokenRequest request) {
        var caller = context.caller();
        requireLongTerm(caller, context.action());
        var name = SessionWish.name("name", request.name(), LONGEST_NAME);
        var restriction = SessionWish.restriction(request.policy(), request.policyArns());
        database.run(entities ->
                restriction.policyArns().forEach(arn -> ManagedPolicies.get(entities, caller.account(), arn)));
        var credentials = tokens.issue(new SessionGrant(
                Session.Kind.FEDERATED,
                caller.account(),
                caller.userId(),
                name,
                life(caller, request.durationSeconds()),
                restriction,
                SessionWish.tags(request.tags()),
                Session.Origin.UNKNOWN));
        return GetFederationTokenResponse.builder()
                .credentials(StsAnswers.credentials(credentials))
                .federatedUser(user -> user.federatedUserId(caller.account() + ":" + name)
                        .arn("arn:aws:sts::" + caller.account() + ":federated-user/" + name))
                .packedPolicySize(StsAnswers.packedSize(credentials))
                .build();
    }

    private static void requireLongTerm(Caller caller, String action) {
        if (caller.session().isPresent()) {
            throw StsErrors.denied("Cannot call " + action + " with session credentials");
        }
    }

    private static Duration life(Caller caller, @org.jspecify.annotations.Nullable Integer seconds) {
        var root = caller.userId().equals(caller.account().value());
        var life = SessionWish.life(seconds, RoleAssumption.SHORTEST, LONGEST, root ? LONGEST_OF_ROOT : USUAL);
        return root && life.compareTo(LONGEST_OF_ROOT) > 0 ? LONGEST_OF_ROOT : life;
    }

    private Optional<Instant> mfaAt(Caller caller, GetSessionTokenRequest request) {
        if (request.serialNumber() == null && request.tokenCode() == null) {
            return Optional.empty();
        }
        if (request.serialNumber() == null || request.tokenCode() == null) {
            throw IamErrors.validation("SerialNumber and TokenCode must be given together.");
        }
        if (!mfa.accept(caller, request.serialNumber(), request.tokenCode())) {
            throw StsErrors.badCode();
        }
        return Optional.of(clock.instant());
    }
}
