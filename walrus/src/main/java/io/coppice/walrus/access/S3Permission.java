package io.coppice.walrus.access;

import io.coppice.policy.AccessRequest;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyEvaluator;
import io.coppice.policy.PolicyOrigin;
import io.coppice.walrus.identity.Permissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that somebody wants to do in S3.
 *
 * @param permissions whose
 * @param action for example {@code s3:GetObject}
 * @param resource {@code *}, or the ARN of a bucket or an object
 * @param owner the account that owns the bucket; empty for buckets that are only coming to be
 * @param keys condition keys in lower case
 */
public record S3Permission(
        Permissions permissions,
        String action,
        String resource,
        Optional<String> owner,
        Map<String, List<String>> keys) {
    private static final String ARN = "arn:aws:s3:::";

    /** The ARN of what an operation is about. */
    public static String arn(S3Operation.Level level, String bucket, String key) {
        return switch (level) {
            case SERVICE -> "*";
            case BUCKET -> ARN + bucket;
            case OBJECT, EACH_OBJECT -> ARN + bucket + "/" + key;
        };
    }

    /** What policies say, with that of the bucket where it has one. */
    public Decision decide(Optional<PolicyDocument> bucketPolicy) {
        return PolicyEvaluator.decide(request(owner), permissions.policies(), bucketPolicy);
    }

    /** Whether the caller's own policies allow it, whosever the bucket is. */
    public boolean byIdentityAlone() {
        return PolicyEvaluator.decide(request(Optional.empty()), permissions.policies(), Optional.empty())
                .allowed();
    }

    /** Why a decision refuses, in AWS's words; empty when it does not. */
    public Optional<String> reason(Decision decision) {
        return switch (decision) {
            case Decision.Allowed allowed -> Optional.empty();
            case Decision.ExplicitlyDenied denied ->
                Optional.of(sentence()
                        + " with an explicit deny in "
                        + article(denied.matched().getFirst().origin()));
            case Decision.ImplicitlyDenied denied ->
                Optional.of(
                        sentence() + " because no " + denied.lacking().words() + " allows the " + action + " action");
        };
    }

    private AccessRequest request(Optional<String> account) {
        var all = new HashMap<>(permissions.credentialKeys());
        all.putAll(keys);
        owner.ifPresent(each -> {
            all.put("s3:resourceaccount", List.of(each));
            all.put("aws:resourceaccount", List.of(each));
        });
        return new AccessRequest(permissions.principal(), action, resource, account, all);
    }

    private String sentence() {
        return "User: " + permissions.principal().arn() + " is not authorized to perform: " + action
                + " on resource: \"" + resource + "\"";
    }

    private static String article(PolicyOrigin origin) {
        return (origin == PolicyOrigin.IDENTITY ? "an " : "a ") + origin.words();
    }
}
