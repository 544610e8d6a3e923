package io.coppice.cloud.identity.credential;

import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/** SSH public keys as text: an OpenSSH line (RFC 4253) or PEM (RFC 7468); RSA of 2,048 to 16,384 bits, as IAM asks. */
final class SshKeyText {
    private static final int LEAST_BITS = 2_048;
    private static final int MOST_BITS = 16_384;
    private static final Pattern LINE = Pattern.compile("ssh-rsa ([A-Za-z0-9+/=]+)( [^\\r\\n]*)?");
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");
    private static final int PEM_COLUMNS = 64;

    private SshKeyText() {}

    /** The key as an OpenSSH line, and its MD5 in pairs of digits. Throws {@code InvalidPublicKey}. */
    static PublicKeyRow.Material read(String text) {
        try {
            var key = key(text.strip());
            if (key instanceof RSAKeyParameters rsa
                    && rsa.getModulus().bitLength() >= LEAST_BITS
                    && rsa.getModulus().bitLength() <= MOST_BITS) {
                var wire = OpenSSHPublicKeyUtil.encodePublicKey(key);
                var md5 = PublicKeys.digest("MD5", wire).replaceAll("(..)(?!$)", "$1:");
                return new PublicKeyRow.Material(
                        "ssh-rsa " + Base64.getEncoder().encodeToString(wire), md5);
            }
        } catch (IOException
                | IllegalArgumentException
                | IllegalStateException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | ClassCastException e) {
            // What BouncyCastle answers garbage with.
            throw invalid();
        }
        throw invalid();
    }

    /** The same key in PEM. */
    static String pem(String line) {
        try {
            var info = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key(line));
            var body = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(info.getEncoded());
            return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AsymmetricKeyParameter key(String text) throws IOException {
        var line = LINE.matcher(text);
        if (line.matches()) {
            return OpenSSHPublicKeyUtil.parsePublicKey(Base64.getDecoder().decode(line.group(1)));
        }
        var pem = PEM.matcher(text);
        if (pem.matches()) {
            return PublicKeyFactory.createKey(Base64.getMimeDecoder().decode(pem.group(1)));
        }
        throw invalid();
    }

    private static AwsException invalid() {
        return AwsException.client(
                "InvalidPublicKey",
                "The public key is not an RSA key of at least " + LEAST_BITS + " bits in OpenSSH or PEM form.");
    }
}
