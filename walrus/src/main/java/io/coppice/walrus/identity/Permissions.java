package io.coppice.walrus.identity;

import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import io.coppice.proto.identity.v1.Policies;
import io.coppice.proto.identity.v1.PolicyText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a signer may do.
 *
 * @param principal as policies name the signer
 * @param policies what binds the signer, resources aside
 * @param credentialKeys condition keys that follow from the credentials
 */
public record Permissions(PolicyPrincipal principal, PolicySet policies, Map<String, List<String>> credentialKeys) {
    public Permissions {
        credentialKeys = Map.copyOf(credentialKeys);
    }

    /** Everything in the account: of its root, where the operator has put no cap on it. */
    public static Permissions everything(String accountId) {
        return new Permissions(
                PolicyPrincipal.of("arn:aws:iam::" + accountId + ":root", accountId), PolicySet.UNRESTRICTED, Map.of());
    }

    /** Throws {@link io.coppice.policy.MalformedPolicyException} when the other side speaks a newer language. */
    static Permissions of(String arn, String userId, Policies message) {
        var named = PolicyPrincipal.of(arn, userId);
        var role = message.getRoleArn().isEmpty() ? named.role() : Optional.of(message.getRoleArn());
        var principal = new PolicyPrincipal(
                named.type(), named.account(), named.arn(), named.userId(), role, message.getTagsMap());
        var keys = new HashMap<String, List<String>>();
        message.getCredentialKeysMap().forEach((key, values) -> keys.put(key, values.getValuesList()));
        var set = new PolicySet(
                documents(message.getIdentityList()),
                message.hasBoundary() ? Optional.of(document(message.getBoundary())) : Optional.empty(),
                message.getSessionRestricted() ? Optional.of(documents(message.getSessionList())) : Optional.empty(),
                documents(message.getAccountList()));
        return new Permissions(principal, set, keys);
    }

    private static List<PolicyDocument> documents(List<PolicyText> texts) {
        return texts.stream().map(Permissions::document).toList();
    }

    private static PolicyDocument document(PolicyText text) {
        return PolicyDocument.parse(text.getJson(), PolicyDocument.Kind.IDENTITY)
                .named(text.getName());
    }
}
