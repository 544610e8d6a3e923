package io.coppice.cloud.identity;

import io.coppice.cloud.action.Caller;
import io.coppice.policy.PolicyDocument;
import io.coppice.proto.identity.v1.KeyValues;
import io.coppice.proto.identity.v1.Policies;
import io.coppice.proto.identity.v1.PolicyText;
import java.util.List;
import java.util.Optional;

/** Writes what binds a caller into the message that other roles decide by. Stateless. */
final class PolicyMessages {
    private static final int MAX_CHARACTERS = 1_500_000;

    private PolicyMessages() {}

    /** Empty when the documents together are longer than the contract allows. */
    static Optional<Policies> of(PolicySource source, Caller caller) {
        var set = source.of(caller);
        var characters =
                set.documents().mapToLong(document -> document.json().length()).sum();
        if (characters > MAX_CHARACTERS) {
            return Optional.empty();
        }
        var principal = source.principal(caller);
        var message = Policies.newBuilder()
                .addAllIdentity(texts(set.identity()))
                .setSessionRestricted(set.session().isPresent())
                .addAllSession(texts(set.session().orElse(List.of())))
                .addAllAccount(texts(set.account()))
                .setRoleArn(principal.role().orElse(""))
                .putAllTags(principal.tags());
        set.boundary().map(PolicyMessages::text).ifPresent(message::setBoundary);
        source.credentialKeys(caller)
                .forEach((key, values) -> message.putCredentialKeys(
                        key, KeyValues.newBuilder().addAllValues(values).build()));
        return Optional.of(message.build());
    }

    private static List<PolicyText> texts(List<PolicyDocument> documents) {
        return documents.stream().map(PolicyMessages::text).toList();
    }

    private static PolicyText text(PolicyDocument document) {
        return PolicyText.newBuilder()
                .setName(document.name().orElse(""))
                .setJson(document.json())
                .build();
    }
}
