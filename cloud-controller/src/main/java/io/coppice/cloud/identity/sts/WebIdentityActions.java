package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.sts.RoleAssumption.Bearing;
import io.coppice.cloud.identity.sts.RoleAssumption.Target;
import io.coppice.cloud.identity.sts.WebIdentityTokens.Verified;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.PolicyEvaluator;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.Tag;

/** AssumeRoleWithWebIdentity: whom an identity provider vouches for becomes a role. Not signed. Thread-safe. */
public final class WebIdentityActions implements ActionModule {
    private static final String ASSUME = "sts:AssumeRoleWithWebIdentity";
    /** The claim that AWS reads session tags from (IAM User Guide, "Pass session tags in AWS STS"). */
    private static final String TAGS_CLAIM = "https://aws.amazon.com/tags";

    private static final int LONGEST_NAME = 64;
    private static final int SHORTEST_TOKEN = 4;
    private static final int LONGEST_TOKEN = 20_000;

    private final RoleAssumption roles;
    private final WebIdentityTokens tokens;
    private final Clock clock;

    public WebIdentityActions(RoleAssumption roles, WebIdentityTokens tokens, Clock clock) {
        this.roles = roles;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.addUnsigned(
                Service.STS, "AssumeRoleWithWebIdentity", AssumeRoleWithWebIdentityRequest::builder, this::assume);
    }

    AssumeRoleWithWebIdentityResponse assume(RequestContext context, AssumeRoleWithWebIdentityRequest request) {
        var arn = Require.arn("roleArn", request.roleArn());
        var name = SessionWish.name("roleSessionName", request.roleSessionName(), LONGEST_NAME);
        var restriction = SessionWish.restriction(request.policy(), request.policyArns());
        var token = Require.length("webIdentityToken", request.webIdentityToken(), SHORTEST_TOKEN, LONGEST_TOKEN);
        var role = roles.find(arn).orElseThrow(WebIdentityActions::denied);
        var verified = tokens.verify(role.account(), token);
        var tags = tags(verified);
        authorize(role, verified, name, tags);
        var life = RoleAssumption.life(role, request.durationSeconds(), false);
        var origin = new Session.Origin(
                tags.transitive(), "", Optional.empty(), verified.issuer().providerArn());
        var assumed = roles.assume(role, name, life, restriction, new Bearing(tags.values(), origin));
        return AssumeRoleWithWebIdentityResponse.builder()
                .credentials(StsAnswers.credentials(assumed.credentials()))
                .assumedRoleUser(assumed.user())
                .packedPolicySize(StsAnswers.packedSize(assumed.credentials()))
                .subjectFromWebIdentityToken(verified.subject())
                .provider(verified.issuer().providerArn())
                .audience(verified.audience())
                .build();
    }

    private void authorize(Target role, Verified verified, String name, Tags tags) {
        var keys = new HashMap<String, List<String>>();
        var provider = verified.issuer().name();
        keys.put(provider + ":sub", List.of(verified.subject()));
        keys.put(provider + ":aud", List.of(verified.audience()));
        keys.put("aws:federatedprovider", List.of(verified.issuer().providerArn()));
        keys.put("aws:currenttime", List.of(clock.instant().toString()));
        keys.put("sts:rolesessionname", List.of(name));
        for (var claim : List.of("amr", "email")) {
            var value = verified.claims().getClaimValue(claim);
            if (value instanceof String text) {
                keys.put(provider + ":" + claim, List.of(text));
            }
        }
        tags.values().forEach((key, value) -> keys.put("aws:requesttag/" + key, List.of(value)));
        require(role, verified, ASSUME, keys);
        if (!tags.values().isEmpty()) {
            require(role, verified, "sts:TagSession", keys);
        }
    }

    private static void require(Target role, Verified verified, String action, Map<String, List<String>> keys) {
        var somebody = PolicyPrincipal.webIdentity(verified.issuer().providerArn(), verified.subject());
        var request = new AccessRequest(somebody, action, role.arn(), Optional.of(role.account()), keys);
        if (!PolicyEvaluator.decide(request, PolicySet.NOTHING, Optional.of(role.trust()))
                .allowed()) {
            throw denied();
        }
    }

    private static io.coppice.wire.error.AwsException denied() {
        return StsErrors.denied("Not authorized to perform " + ASSUME);
    }

    private static Tags tags(Verified verified) {
        if (!(verified.claims().getClaimValue(TAGS_CLAIM) instanceof Map<?, ?> claim)) {
            return new Tags(Map.of(), Set.of());
        }
        var values = new LinkedHashMap<String, String>();
        if (claim.get("principal_tags") instanceof Map<?, ?> principalTags) {
            principalTags.forEach((key, value) -> values.put(String.valueOf(key), first(value)));
        }
        var transitive = new HashSet<String>();
        if (claim.get("transitive_tag_keys") instanceof List<?> transitiveKeys) {
            transitiveKeys.stream()
                    .map(String::valueOf)
                    .filter(values::containsKey)
                    .forEach(transitive::add);
        }
        var checked = SessionWish.tags(values.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList());
        return new Tags(checked, transitive);
    }

    private static String first(Object value) {
        return value instanceof List<?> several && !several.isEmpty()
                ? String.valueOf(several.getFirst())
                : String.valueOf(value);
    }

    private record Tags(Map<String, String> values, Set<String> transitive) {}
}
