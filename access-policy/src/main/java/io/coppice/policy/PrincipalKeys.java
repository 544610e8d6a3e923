package io.coppice.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The global condition keys that follow from who asks (IAM User Guide, "AWS global condition context keys"). */
final class PrincipalKeys {
    private static final String TAG_PREFIX = "aws:principaltag/";

    private PrincipalKeys() {}

    static Optional<List<String>> values(PolicyPrincipal principal, String key) {
        if (!key.startsWith("aws:")) {
            return Optional.empty();
        }
        if (key.startsWith(TAG_PREFIX)) {
            return tag(principal, key.substring(TAG_PREFIX.length())).map(List::of);
        }
        return switch (key) {
            case "aws:username" -> principal.userName().map(List::of);
            case "aws:userid" -> Optional.of(List.of(principal.userId()));
            case "aws:principalarn" -> arn(principal).map(List::of);
            case "aws:principalaccount" -> filled(principal.account());
            case "aws:principaltype" -> filled(principal.type().word());
            case "aws:principalisawsservice" ->
                Optional.of(List.of(Boolean.toString(principal.type() == PolicyPrincipal.Type.SERVICE)));
            case "aws:principalservicename" ->
                principal.type() == PolicyPrincipal.Type.SERVICE
                        ? Optional.of(List.of(principal.arn()))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** Of a session the role's ARN: policies name roles, not sessions. */
    private static Optional<String> arn(PolicyPrincipal principal) {
        return principal.type().stranger() ? Optional.empty() : principal.role().or(() -> Optional.of(principal.arn()));
    }

    private static Optional<List<String>> filled(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(List.of(value));
    }

    /** Keys of tags are told apart by their letters' case on resources, but not in conditions. */
    private static Optional<String> tag(PolicyPrincipal principal, String name) {
        return principal.tags().entrySet().stream()
                .filter(tag -> tag.getKey().toLowerCase(Locale.ROOT).equals(name))
                .map(java.util.Map.Entry::getValue)
                .findFirst();
    }
}
