package io.coppice.policy;

import io.coppice.policy.Statement.Naming;
import java.util.List;

/** {@code Principal} or {@code NotPrincipal}. */
record PrincipalElement(boolean negated, List<Named> names) {
    /** How closely the element names the principal. */
    Naming match(PolicyPrincipal principal) {
        var closest = Naming.NONE;
        for (var name : names) {
            var naming = name.match(principal);
            if (naming.compareTo(closest) > 0) {
                closest = naming;
            }
        }
        if (!negated) {
            return closest;
        }
        // To be left out one must be named oneself: naming the account leaves out its root only.
        return closest == Naming.NONE || closest == Naming.ACCOUNT ? Naming.PRINCIPAL : Naming.NONE;
    }

    /** Whether strangers are among those it names. */
    boolean namesEverybody() {
        return negated || names.stream().anyMatch(Named.Everybody.class::isInstance);
    }

    /** One name in the element. */
    sealed interface Named {
        Naming match(PolicyPrincipal principal);

        private static Naming when(boolean matches, Naming naming) {
            return matches ? naming : Naming.NONE;
        }

        /** {@code *}. Sessions of roles it names as closely as their role: their boundaries go on to bind them. */
        record Everybody() implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                return principal.type() == PolicyPrincipal.Type.ASSUMED_ROLE ? Naming.ROLE : Naming.PRINCIPAL;
            }
        }

        /** An account, by its twelve digits or the ARN of its root. */
        record Account(String account) implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                if (!principal.account().equals(account)) {
                    return Naming.NONE;
                }
                return principal.type() == PolicyPrincipal.Type.ACCOUNT ? Naming.PRINCIPAL : Naming.ACCOUNT;
            }
        }

        /** A user, a role or a session, by ARN. */
        record Arn(String arn) implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                if (principal.type().stranger()) {
                    return Naming.NONE;
                }
                if (principal.arn().equals(arn)) {
                    return Naming.PRINCIPAL;
                }
                return when(principal.role().filter(arn::equals).isPresent(), Naming.ROLE);
            }
        }

        /** A user or role by its unique id, which a name given anew does not inherit. */
        record UniqueId(String id) implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                if (principal.userId().equals(id)) {
                    return Naming.PRINCIPAL;
                }
                return when(principal.userId().startsWith(id + ":"), Naming.ROLE);
            }
        }

        /** A service of the cloud. */
        record Service(String name) implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                return when(
                        principal.type() == PolicyPrincipal.Type.SERVICE
                                && (name.equals("*") || principal.arn().equals(name)),
                        Naming.PRINCIPAL);
            }
        }

        /** An identity provider. */
        record Federated(String provider) implements Named {
            @Override
            public Naming match(PolicyPrincipal principal) {
                return when(
                        principal.type() == PolicyPrincipal.Type.WEB_IDENTITY
                                && (provider.equals("*") || principal.arn().equals(provider)),
                        Naming.PRINCIPAL);
            }
        }
    }
}
