package io.coppice.cloud.identity.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The managed policies that come with the cloud, under the ARNs that tools know from AWS ({@code arn:aws:iam::aws:policy/…}).
 * Their documents are resources beside this class. Immutable.
 */
public final class BuiltInPolicies {
    /** Allows everything. */
    public static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    private static final String PREFIX = "arn:aws:iam::aws:policy";
    /** The day these were written. */
    private static final Instant WRITTEN = Instant.parse("2026-11-21T00:00:00Z");

    private static final int ID_CHARACTERS = 17;
    private static final Map<String, BuiltIn> BY_ARN = new LinkedHashMap<>();

    static {
        List.of(
                        policy("AdministratorAccess", "Allows everything in the account."),
                        policy(
                                "AmazonEC2FullAccess",
                                "Allows everything in EC2 and what instances are spread and watched by."),
                        policy("AmazonEC2ReadOnlyAccess", "Allows to see everything in EC2."),
                        policy("AmazonS3FullAccess", "Allows everything in S3."),
                        policy("AmazonS3ReadOnlyAccess", "Allows to read every bucket and object."),
                        policy("IAMFullAccess", "Allows everything in IAM."),
                        policy("IAMReadOnlyAccess", "Allows to see everything in IAM."),
                        policy("IAMUserChangePassword", "Allows users to change their own password."),
                        policy("PowerUserAccess", "Allows everything but to manage who may do what."),
                        policy("ReadOnlyAccess", "Allows to see everything in the account."))
                .forEach(builtIn -> BY_ARN.put(builtIn.policy().arn(), builtIn));
    }

    private BuiltInPolicies() {}

    /** All, in the order of their names. */
    public static Collection<ManagedPolicy> all() {
        return BY_ARN.values().stream().map(BuiltIn::policy).toList();
    }

    /** The one of that ARN. */
    static Optional<ManagedPolicy> find(String arn) {
        return Optional.ofNullable(BY_ARN.get(arn)).map(BuiltIn::policy);
    }

    /** Its document. */
    public static Optional<String> document(String arn) {
        return Optional.ofNullable(BY_ARN.get(arn)).map(BuiltIn::document);
    }

    private static BuiltIn policy(String name, String description) {
        var policy = new ManagedPolicy(
                PREFIX + "/" + name, id(name), Optional.empty(), name, "/", description, 1, WRITTEN, WRITTEN);
        try (var resource = BuiltInPolicies.class.getResourceAsStream(name + ".json")) {
            if (resource == null) {
                throw new IllegalStateException("the document of " + name + " is not beside " + BuiltInPolicies.class);
            }
            return new BuiltIn(policy, new String(resource.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same at every start: the name, in the characters of unique ids. */
    private static String id(String name) {
        var letters = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z2-7]", "") + "A".repeat(ID_CHARACTERS);
        return "ANPA" + letters.substring(0, ID_CHARACTERS);
    }

    private record BuiltIn(ManagedPolicy policy, String document) {}
}
