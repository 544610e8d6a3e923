package io.coppice.cloud.keypair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * An SSH public key: RSA of 1,024 to 8,192 bits, or ED25519.
 *
 * @param type {@code rsa} or {@code ed25519}
 * @param line algorithm and key in OpenSSH form, without a comment
 * @param fingerprint what AWS shows for an imported key: MD5 of the DER form for RSA, SHA-256 of the SSH form for ED25519
 */
record PublicKey(String type, String line, String fingerprint) {
    static final String RSA = "rsa";
    static final String ED25519 = "ed25519";

    private static final int MIN_RSA_BITS = 1024;
    private static final int MAX_RSA_BITS = 8192;
    private static final int MAX_BYTES = 16 * 1024;
    private static final String RFC4716_BEGIN = "---- BEGIN SSH2 PUBLIC KEY ----";
    private static final String RFC4716_END = "---- END SSH2 PUBLIC KEY ----";
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    /**
     * Reads a key in any form that ImportKeyPair takes: an OpenSSH line, RFC 4716, PEM, or base64 of the DER form. Throws
     * {@code InvalidKey.Format}.
     */
    static PublicKey parse(byte[] material) {
        if (material.length > MAX_BYTES) {
            throw KeyPairErrors.invalidFormat("longer than " + MAX_BYTES + " bytes");
        }
        var text = new String(material, StandardCharsets.UTF_8).strip();
        try {
            return of(read(text));
        } catch (IOException
                | IllegalArgumentException
                | IllegalStateException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | ClassCastException e) {
            // What BouncyCastle answers garbage with.
            throw KeyPairErrors.invalidFormat("it cannot be decoded");
        }
    }

    private static AsymmetricKeyParameter read(String text) throws IOException {
        if (text.startsWith("ssh-")) {
            return fromOpenSsh(text);
        }
        if (text.startsWith(RFC4716_BEGIN)) {
            return OpenSSHPublicKeyUtil.parsePublicKey(decode(rfc4716Body(text)));
        }
        var pem = PEM.matcher(text);
        if (pem.matches()) {
            return PublicKeyFactory.createKey(decode(pem.group(1)));
        }
        return PublicKeyFactory.createKey(decode(text));
    }

    private static AsymmetricKeyParameter fromOpenSsh(String line) {
        var parts = line.split("\\s+", 3);
        if (parts.length < 2 || line.indexOf('\n') >= 0) {
            throw KeyPairErrors.invalidFormat("it is not one line of algorithm, key and comment");
        }
        var key = OpenSSHPublicKeyUtil.parsePublicKey(decode(parts[1]));
        if (!of(key).line().startsWith(parts[0] + " ")) {
            throw KeyPairErrors.invalidFormat("it says " + parts[0] + " but holds another kind of key");
        }
        return key;
    }

    /** RFC 4716 section 3.3: header lines have a colon and go on after a backslash at the end of a line. */
    private static String rfc4716Body(String text) {
        var end = text.indexOf(RFC4716_END);
        if (end < 0) {
            throw KeyPairErrors.invalidFormat("the line " + RFC4716_END + " is missing");
        }
        var continued = text.substring(RFC4716_BEGIN.length(), end).replaceAll("\\\\\\R", "");
        return continued.lines().filter(line -> line.indexOf(':') < 0).collect(Collectors.joining());
    }

    private static byte[] decode(String base64) {
        return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    }

    static PublicKey of(AsymmetricKeyParameter key) {
        try {
            return switch (key) {
                case RSAKeyParameters rsa when !rsa.isPrivate() -> rsa(rsa);
                case Ed25519PublicKeyParameters ed -> {
                    var blob = OpenSSHPublicKeyUtil.encodePublicKey(ed);
                    yield new PublicKey(ED25519, line("ssh-ed25519", blob), KeyMaterial.Fingerprints.base64(blob));
                }
                default -> throw KeyPairErrors.invalidFormat("it is neither RSA nor ED25519");
            };
        } catch (IOException e) {
            throw new IllegalStateException("a parsed key has an encoding", e);
        }
    }

    private static PublicKey rsa(RSAKeyParameters key) throws IOException {
        var bits = key.getModulus().bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw KeyPairErrors.invalidFormat(
                    "RSA keys have " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " bits, this one " + bits);
        }
        var der = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key).getEncoded("DER");
        return new PublicKey(
                RSA,
                line("ssh-rsa", OpenSSHPublicKeyUtil.encodePublicKey(key)),
                KeyMaterial.Fingerprints.colons("MD5", der));
    }

    private static String line(String algorithm, byte[] blob) {
        return algorithm + " " + Base64.getEncoder().encodeToString(blob);
    }
}
