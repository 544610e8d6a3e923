package io.coppice.cloud.keypair;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * A new key pair with its private half, which lives no longer than the answer to CreateKeyPair. Formats and fingerprints
 * are those of AWS ("Verify the fingerprint of your key pair" in the EC2 user guide): RSA is PKCS#1 PEM with the SHA-1 of
 * its PKCS#8 form; ED25519 is OpenSSH PEM with the SHA-256 of the public key.
 *
 * @param privateKeyPem never logged, never stored
 */
record KeyMaterial(PublicKey publicKey, String privateKeyPem, String fingerprint) {
    private static final int RSA_BITS = 2048;
    private static final int PRIME_CERTAINTY = 112;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new RSA pair of 2048 bits. Takes some hundred milliseconds of CPU. */
    static KeyMaterial rsa() {
        var generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65_537), RANDOM, RSA_BITS, PRIME_CERTAINTY));
        var pair = generator.generateKeyPair();
        try {
            var pkcs8 = PrivateKeyInfoFactory.createPrivateKeyInfo(pair.getPrivate());
            var pkcs1 = pkcs8.parsePrivateKey().toASN1Primitive().getEncoded("DER");
            return new KeyMaterial(
                    PublicKey.of(pair.getPublic()),
                    pem("RSA PRIVATE KEY", pkcs1),
                    Fingerprints.colons("SHA-1", pkcs8.getEncoded("DER")));
        } catch (IOException e) {
            throw new IllegalStateException("a key that was just made has an encoding", e);
        }
    }

    /** A new ED25519 pair. */
    static KeyMaterial ed25519() {
        var generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(RANDOM));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        try {
            var publicKey = PublicKey.of(pair.getPublic());
            var openSsh = OpenSSHPrivateKeyUtil.encodePrivateKey(pair.getPrivate());
            return new KeyMaterial(publicKey, pem("OPENSSH PRIVATE KEY", openSsh), publicKey.fingerprint());
        } catch (IOException e) {
            throw new IllegalStateException("a key that was just made has an encoding", e);
        }
    }

    private static String pem(String type, byte[] der) throws IOException {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        }
        return text.toString().strip();
    }

    @Override
    public String toString() {
        return "KeyMaterial[" + fingerprint + "]";
    }

    /** Digests of keys as AWS prints them. */
    static final class Fingerprints {
        private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

        private Fingerprints() {}

        static String colons(String algorithm, byte[] der) {
            return COLONS.formatHex(digest(algorithm, der));
        }

        static String base64(byte[] blob) {
            return new String(Base64.getEncoder().encode(digest("SHA-256", blob)), StandardCharsets.US_ASCII);
        }

        private static byte[] digest(String algorithm, byte[] bytes) {
            try {
                return MessageDigest.getInstance(algorithm).digest(bytes);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(algorithm + " is in every JDK", e);
            }
        }
    }
}
