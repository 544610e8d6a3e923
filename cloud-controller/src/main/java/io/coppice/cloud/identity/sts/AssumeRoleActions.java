package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.sts.RoleAssumption.Bearing;
import io.coppice.cloud.identity.sts.RoleAssumption.Target;
import io.coppice.policy.PolicyOrigin;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/** AssumeRole: users and sessions become a role for a time. Thread-safe. */
public final class AssumeRoleActions implements ActionModule {
    private static final String ASSUME = "sts:AssumeRole";
    private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:/-]*");
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_EXTERNAL_ID = 1_224;

    private final RoleAssumption roles;
    private final RoleTrust trust;
    private final MfaCheck mfa;
    private final Clock clock;

    public AssumeRoleActions(RoleAssumption roles, RoleTrust trust, MfaCheck mfa, Clock clock) {
        this.roles = roles;
        this.trust = trust;
        this.mfa = mfa;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.STS, "AssumeRole", AssumeRoleRequest::builder, this::assume);
    }

    AssumeRoleResponse assume(RequestContext context, AssumeRoleRequest request) {
        var arn = Require.arn("roleArn", request.roleArn());
        var name = SessionWish.name("roleSessionName", request.roleSessionName(), LONGEST_NAME);
        var restriction = SessionWish.restriction(request.policy(), request.policyArns());
        var tags = SessionWish.tags(request.tags());
        var caller = context.caller();
        if (caller.userId().equals(caller.account().value())) {
            throw StsErrors.denied("Roles may not be assumed by root accounts.");
        }
        var before = caller.session().map(Session::origin).orElse(Session.Origin.UNKNOWN);
        var bearing = new Bearing(
                allTags(context, tags),
                new Session.Origin(
                        transitive(request, tags, before),
                        sourceIdentity(context, request, before),
                        mfaAt(context, request),
                        ""));
        // A role that is not there is refused as one that trusts somebody else.
        var role = roles.find(arn).orElseThrow(() -> StsErrors.denied(caller.arn(), ASSUME, arn));
        authorize(context, request, role, bearing);
        var chained = caller.session()
                .filter(session -> session.kind() == Session.Kind.ROLE)
                .isPresent();
        var life = RoleAssumption.life(role, request.durationSeconds(), chained);
        var assumed = roles.assume(role, name, life, restriction, bearing);
        var identity = bearing.origin().sourceIdentity();
        return AssumeRoleResponse.builder()
                .credentials(StsAnswers.credentials(assumed.credentials()))
                .assumedRoleUser(assumed.user())
                .packedPolicySize(StsAnswers.packedSize(assumed.credentials()))
                .sourceIdentity(identity.isEmpty() ? null : identity)
                .build();
    }

    private void authorize(RequestContext context, AssumeRoleRequest request, Target role, Bearing bearing) {
        var keys = new HashMap<String, List<String>>();
        keys.put("sts:rolesessionname", List.of(request.roleSessionName()));
        if (request.externalId() != null) {
            Require.length("externalId", request.externalId(), 2, LONGEST_EXTERNAL_ID);
            Require.pattern("externalId", request.externalId(), EXTERNAL_ID, "[\\w+=,.@:\\/-]*");
            keys.put("sts:externalid", List.of(request.externalId()));
        }
        request.tags().forEach(tag -> keys.put("aws:requesttag/" + tag.key(), List.of(tag.value())));
        if (!request.tags().isEmpty()) {
            keys.put(
                    "aws:tagkeys", request.tags().stream().map(tag -> tag.key()).toList());
        }
        if (!request.transitiveTagKeys().isEmpty()) {
            keys.put("sts:transitivetagkeys", request.transitiveTagKeys());
        }
        if (request.sourceIdentity() != null) {
            keys.put("sts:sourceidentity", List.of(request.sourceIdentity()));
        }
        if (request.serialNumber() != null) {
            keys.put("aws:multifactorauthpresent", List.of("true"));
            keys.put("aws:multifactorauthage", List.of("0"));
        }
        require(context, ASSUME, role, keys);
        if (!bearing.tags().isEmpty()) {
            require(context, "sts:TagSession", role, keys);
        }
        if (!bearing.origin().sourceIdentity().isEmpty()) {
            require(context, "sts:SetSourceIdentity", role, keys);
        }
    }

    private void require(RequestContext context, String action, Target role, Map<String, List<String>> keys) {
        var decision = trust.decide(context, action, role.arn(), role.account(), role.trust(), keys);
        // Rights alone do not open a role, not even in its own account: its trust policy must name who may.
        var trusted = decision.matched().stream().anyMatch(match -> match.origin() == PolicyOrigin.RESOURCE);
        if (!decision.allowed() || !trusted) {
            throw StsErrors.denied(context.caller().arn(), action, role.arn());
        }
    }

    /** Those of the request and those that the caller's session hands on. */
    private static Map<String, String> allTags(RequestContext context, Map<String, String> requested) {
        var all = new HashMap<>(requested);
        context.caller()
                .session()
                .ifPresent(session -> session.origin().transitiveTagKeys().forEach(key -> {
                    if (requested.keySet().stream().anyMatch(key::equalsIgnoreCase)) {
                        throw StsErrors.parameter("One of the specified transitive tag keys can't be set because it"
                                + " conflicts with a transitive tag key from the calling session.");
                    }
                    all.put(key, session.tags().getOrDefault(key, ""));
                }));
        return all;
    }

    private static HashSet<String> transitive(
            AssumeRoleRequest request, Map<String, String> tags, Session.Origin before) {
        if (!tags.keySet().containsAll(request.transitiveTagKeys())) {
            throw StsErrors.parameter("The specified transitive tag key must be included in the requested tags.");
        }
        var keys = new HashSet<>(before.transitiveTagKeys());
        keys.addAll(request.transitiveTagKeys());
        return keys;
    }

    /** Once set it stays, through however many roles. */
    private static String sourceIdentity(RequestContext context, AssumeRoleRequest request, Session.Origin before) {
        var wanted = request.sourceIdentity();
        if (wanted == null) {
            return before.sourceIdentity();
        }
        SessionWish.name("sourceIdentity", wanted, LONGEST_NAME);
        if (!before.sourceIdentity().isEmpty() && !before.sourceIdentity().equals(wanted)) {
            throw StsErrors.denied(context.caller().arn(), "sts:SetSourceIdentity", String.valueOf(request.roleArn()));
        }
        return wanted;
    }

    private Optional<Instant> mfaAt(RequestContext context, AssumeRoleRequest request) {
        if (request.serialNumber() == null && request.tokenCode() == null) {
            return Optional.empty();
        }
        if (request.serialNumber() == null || request.tokenCode() == null) {
            throw IamErrors.validation("SerialNumber and TokenCode must be given together.");
        }
        if (context.caller().session().isPresent()
                || !mfa.accept(context.caller(), request.serialNumber(), request.tokenCode())) {
            throw StsErrors.badCode();
        }
        return Optional.of(clock.instant());
    }
}
