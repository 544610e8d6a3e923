package io.coppice.cloud.action;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What temporary credentials stand for. Immutable.
 *
 * @param kind how they came to be
 * @param principalId the unique id of the role ({@code AROA…}) or user ({@code AIDA…}), or the account id for its root
 * @param principalArn the same as an ARN with its path, as policies name it
 * @param name of the session; empty for {@link Kind#USER}
 * @param restriction what it may do at most, beside what its principal may
 * @param tags of the session; they win over those of the principal
 * @param origin who stands behind it
 */
public record Session(
        Kind kind,
        String principalId,
        String principalArn,
        String name,
        Instant issuedAt,
        Instant expiresAt,
        Restriction restriction,
        Map<String, String> tags,
        Origin origin) {
    public Session {
        tags = Map.copyOf(tags);
    }

    /** How a session comes to be. */
    public enum Kind {
        /** AssumeRole, AssumeRoleWithWebIdentity, or the role of an instance. */
        ROLE,
        /** GetSessionToken: the user as before, perhaps with MFA. */
        USER,
        /** GetFederationToken: the user's rights at most, under another name. */
        FEDERATED
    }

    /**
     * The policies that were passed when the session was made.
     *
     * @param documents JSON
     * @param policyArns of managed policies, read when they are needed
     */
    public record Restriction(List<String> documents, List<String> policyArns) {
        /** No policy was passed. */
        public static final Restriction NONE = new Restriction(List.of(), List.of());

        public Restriction {
            documents = List.copyOf(documents);
            policyArns = List.copyOf(policyArns);
        }

        /** Whether no policy was passed. */
        public boolean isEmpty() {
            return documents.isEmpty() && policyArns.isEmpty();
        }
    }

    /**
     * Who stands behind a session.
     *
     * @param transitiveTagKeys of tags that go on to sessions made from this one
     * @param sourceIdentity set once and kept through a chain of roles; empty when never set
     * @param mfaAt when a code of a device was shown
     * @param federatedProvider the identity provider that vouched; empty when none did
     */
    public record Origin(
            Set<String> transitiveTagKeys, String sourceIdentity, Optional<Instant> mfaAt, String federatedProvider) {
        /** Nothing is known. */
        public static final Origin UNKNOWN = new Origin(Set.of(), "", Optional.empty(), "");

        public Origin {
            transitiveTagKeys = Set.copyOf(transitiveTagKeys);
        }
    }
}
