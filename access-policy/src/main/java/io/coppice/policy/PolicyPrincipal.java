package io.coppice.policy;

import java.util.Map;
import java.util.Optional;

/**
 * Who asks, as policies see it. Immutable.
 *
 * @param account twelve digits; empty for services and strangers
 * @param arn for sessions of roles that of the session, {@code arn:aws:sts::123456789012:assumed-role/name/session}
 * @param userId {@code AIDA…}, {@code AROA…:session}, or the account id for its root
 * @param role for sessions of roles the role's own ARN with its path
 * @param tags of the principal, and of its session, which win
 */
public record PolicyPrincipal(
        Type type, String account, String arn, String userId, Optional<String> role, Map<String, String> tags) {
    /** A request without a signature. */
    public static final PolicyPrincipal ANONYMOUS =
            new PolicyPrincipal(Type.ANONYMOUS, "", "*", "anonymous", Optional.empty(), Map.of());

    private static final int ARN_PARTS = 6;
    private static final int ACCOUNT_PART = 4;

    public PolicyPrincipal {
        tags = Map.copyOf(tags);
    }

    /**
     * The principal of a user's, root's or session's ARN, without tags. Of a session the role is taken to have the path
     * {@code /}; use the constructor where it is known better.
     *
     * @throws IllegalArgumentException when it is none of these
     */
    public static PolicyPrincipal of(String arn, String userId) {
        var parts = arn.split(":", ARN_PARTS);
        if (parts.length < ARN_PARTS) {
            throw new IllegalArgumentException("not the ARN of a principal: " + arn);
        }
        var account = parts[ACCOUNT_PART];
        var name = parts[ARN_PARTS - 1];
        if (name.equals("root")) {
            return new PolicyPrincipal(Type.ACCOUNT, account, arn, userId, Optional.empty(), Map.of());
        }
        var slash = name.indexOf('/');
        var kind = slash < 0 ? name : name.substring(0, slash);
        return switch (kind) {
            case "user" -> new PolicyPrincipal(Type.USER, account, arn, userId, Optional.empty(), Map.of());
            case "federated-user" ->
                new PolicyPrincipal(Type.FEDERATED_USER, account, arn, userId, Optional.empty(), Map.of());
            case "assumed-role" -> {
                var end = name.indexOf('/', slash + 1);
                var role = "arn:" + parts[1] + ":iam::" + account + ":role/"
                        + name.substring(slash + 1, end < 0 ? name.length() : end);
                yield new PolicyPrincipal(Type.ASSUMED_ROLE, account, arn, userId, Optional.of(role), Map.of());
            }
            default -> throw new IllegalArgumentException("not the ARN of a principal: " + arn);
        };
    }

    /** An AWS service that acts in its own name, for example {@code ec2.amazonaws.com}. */
    public static PolicyPrincipal service(String name) {
        return new PolicyPrincipal(Type.SERVICE, "", name, name, Optional.empty(), Map.of());
    }

    /** Somebody that an identity provider vouches for, before a role is assumed. */
    public static PolicyPrincipal webIdentity(String providerArn, String subject) {
        return new PolicyPrincipal(Type.WEB_IDENTITY, "", providerArn, subject, Optional.empty(), Map.of());
    }

    /** The same with other tags. */
    public PolicyPrincipal withTags(Map<String, String> others) {
        return new PolicyPrincipal(type, account, arn, userId, role, others);
    }

    /** The name of a user, without path; empty for all others. */
    public Optional<String> userName() {
        return type == Type.USER ? Optional.of(arn.substring(arn.lastIndexOf('/') + 1)) : Optional.empty();
    }

    /** Kinds of principals; those without a word have no {@code aws:PrincipalType}. */
    public enum Type {
        ACCOUNT("Account"),
        USER("User"),
        ASSUMED_ROLE("AssumedRole"),
        FEDERATED_USER("FederatedUser"),
        WEB_IDENTITY(""),
        SERVICE(""),
        ANONYMOUS("Anonymous");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** The value of {@code aws:PrincipalType}. */
        String word() {
            return word;
        }

        /** Those outside every account: no identity policy can be attached to them. */
        boolean stranger() {
            return this == SERVICE || this == ANONYMOUS || this == WEB_IDENTITY;
        }
    }
}
