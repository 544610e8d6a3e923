package io.coppice.cloud.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keys whose signatures of images count. A signature is of an image's SHA-256: by ECDSA with P-256, as {@code openssl dgst
 * -sha256 -sign} makes it of the image itself, or by Ed25519 of the 32 bytes of the SHA-256 (FIPS 186-5, RFC 8032). Immutable.
 */
final class TrustedKeys {
    private static final int MOST_KEYS = 64;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /** By the SHA-256 of the key's encoding (SubjectPublicKeyInfo, RFC 5280). */
    private final Map<String, PublicKey> keys;

    private TrustedKeys(Map<String, PublicKey> keys) {
        this.keys = keys;
    }

    /** Reads public keys and certificates in PEM; throws when there is none, or one of another kind. */
    static TrustedKeys parse(String pem) throws IOException {
        var keys = new LinkedHashMap<String, PublicKey>();
        var blocks = BLOCK.matcher(pem);
        while (blocks.find()) {
            var der = Base64.getMimeDecoder().decode(blocks.group(2));
            var key = blocks.group(1).equals("CERTIFICATE") ? ofCertificate(der) : ofKey(der);
            check(key);
            keys.put(fingerprint(key), key);
        }
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
            throw new IOException(
                    "it has " + keys.size() + " public keys or certificates in PEM: expecting 1 to " + MOST_KEYS);
        }
        return new TrustedKeys(keys);
    }

    /** None at all. */
    static TrustedKeys none() {
        return new TrustedKeys(Map.of());
    }

    private static PublicKey ofCertificate(byte[] der) throws IOException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new IOException("one of the certificates cannot be read", e);
        }
    }

    private static PublicKey ofKey(byte[] der) throws IOException {
        for (var algorithm : new String[] {"EC", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                continue; // Of another algorithm.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(algorithm + " is in every JDK", e);
            }
        }
        throw wrongKind();
    }

    private static void check(PublicKey key) throws IOException {
        var fits =
                switch (key) {
                    case ECPublicKey ec -> isP256(ec.getParams());
                    case EdECPublicKey ed -> ed.getParams().getName().equals("Ed25519");
                    default -> false;
                };
        if (!fits) {
            throw wrongKind();
        }
    }

    private static boolean isP256(ECParameterSpec given) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            var p256 = parameters.getParameterSpec(ECParameterSpec.class);
            return given.getCurve().equals(p256.getCurve())
                    && given.getGenerator().equals(p256.getGenerator())
                    && given.getOrder().equals(p256.getOrder());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is in every JDK", e);
        }
    }

    private static IOException wrongKind() {
        return new IOException("one of the keys is neither ECDSA with P-256 nor Ed25519");
    }

    static String fingerprint(PublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int count() {
        return keys.size();
    }

    /** Whether a key of this SHA-256 is among them. */
    boolean has(String fingerprint) {
        return keys.containsKey(fingerprint);
    }

    /**
     * The key that made a signature of an image, by its SHA-256; empty when none of these did.
     *
     * @param sha256 of the image, hexadecimal
     * @param signature base64
     */
    Optional<String> signer(String sha256, String signature) {
        byte[] digest = HexFormat.of().parseHex(sha256);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(signature.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return keys.entrySet().stream()
                .filter(key -> made(key.getValue(), digest, bytes))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean made(PublicKey key, byte[] digest, byte[] signature) {
        try {
            var verifier = Signature.getInstance(key instanceof ECPublicKey ? "NONEwithECDSA" : "Ed25519");
            verifier.initVerify(key);
            verifier.update(digest);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Of another form than this kind of key makes.
            return false;
        }
    }
}
