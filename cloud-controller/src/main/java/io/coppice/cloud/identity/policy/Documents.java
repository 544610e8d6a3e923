package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.policy.MalformedPolicyException;
import io.coppice.policy.PolicyDocument;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Policy documents as they come in and go out. */
public final class Documents {
    /** Characters, without white space, of a managed policy. */
    static final int MOST_MANAGED = 6_144;

    private Documents() {}

    /** A document that policies are made of. Throws {@code MalformedPolicyDocument} or {@code ValidationError}. */
    public static PolicyDocument read(String parameter, @Nullable String text, PolicyDocument.Kind kind) {
        var present = Require.length(parameter, text, 1, PolicyDocument.MAX_CHARACTERS);
        try {
            return PolicyDocument.parse(present, kind);
        } catch (MalformedPolicyException e) {
            throw IamErrors.malformedPolicy(e.reason());
        }
    }

    /** As answers carry it: percent-encoded by RFC 3986. */
    public static String encoded(String document) {
        return URLEncoder.encode(document, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
