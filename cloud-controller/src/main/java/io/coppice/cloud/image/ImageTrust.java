package io.coppice.cloud.image;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which images this cloud trusts, by its configuration. Immutable. */
final class ImageTrust {
    /** The tag by which RegisterImage is given a signature. */
    static final String SIGNATURE_TAG = "coppice:signature";
    /** The tag that tells which key an image was signed with. Users cannot give it: see TagRules. */
    static final String SIGNER_TAG = "aws:coppice:signed-by";

    private static final int LONGEST_SIGNATURE = 256;

    private final TrustedKeys keys;
    private final SignatureRule rule;

    /** Reads the keys; throws {@link RoleStartException} when they are not usable, or missing. */
    ImageTrust(ImageConfig config) {
        rule = config.requireSignature();
        keys = config.trustedKeys().map(ImageTrust::read).orElseGet(TrustedKeys::none);
        if (rule != SignatureRule.NONE && keys.isEmpty()) {
            throw new RoleStartException(
                    "coppice.images.require-signature is set, and no image can have one: there are no trusted keys",
                    "name a file of public keys in PEM by coppice.images.trusted-keys");
        }
    }

    private static TrustedKeys read(Path file) {
        try {
            return TrustedKeys.parse(Files.readString(file));
        } catch (IOException e) {
            throw new RoleStartException(
                    "the trusted keys of images in " + file + " cannot be read: " + e.getMessage(),
                    "make it a file of public keys in PEM (ECDSA with P-256, or Ed25519), or remove coppice.images.trusted-keys",
                    e);
        }
    }

    /** The signature that a request carries, checked for its form; empty for none. */
    static String signature(@Nullable String given) {
        if (given == null) {
            return "";
        }
        try {
            if (given.isEmpty() || given.length() > LONGEST_SIGNATURE) {
                throw ImageErrors.invalid(SIGNATURE_TAG, given, "a signature in base64");
            }
            Base64.getDecoder().decode(given);
            return given;
        } catch (IllegalArgumentException e) {
            throw ImageErrors.invalid(SIGNATURE_TAG, given, "a signature in base64, in one line");
        }
    }

    /** Throws when an image without a signature may not be registered. */
    void checkRegistration(Image image) {
        if (rule == SignatureRule.REGISTER
                && image.ownerAlias() == null
                && image.description().signature().isEmpty()) {
            throw ImageErrors.unsigned(image.description().name());
        }
    }

    /** The content with what its signature is worth; empty when that is of other bytes, or of a key that is not trusted. */
    Optional<Image.Content> checked(Image.Content content, String signature) {
        return signature.isEmpty() || keys.isEmpty()
                ? Optional.of(content)
                : keys.signer(content.sha256(), signature).map(content::signedBy);
    }

    /** Whether somebody vouches for the image whom the cloud trusts now. */
    boolean trusts(Provenance provenance) {
        return provenance.withCloud() || keys.has(provenance.signedBy());
    }

    /** Whether the image may be launched. */
    boolean allowsLaunch(Provenance provenance) {
        return rule == SignatureRule.NONE || trusts(provenance);
    }
}
