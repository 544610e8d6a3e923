package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.pki.Pem;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/** Checks certificates and keys that users upload. Stateless. */
final class CertificateChecks {
    private static final int LONGEST_CERTIFICATE = 16_384;
    private static final int LONGEST_CHAIN = 2_097_152;
    private static final byte[] SAMPLE = "coppice".getBytes(StandardCharsets.US_ASCII);

    private CertificateChecks() {}

    /** The one certificate of a PEM text. Throws {@code MalformedCertificate}. */
    static X509Certificate certificate(String parameter, @Nullable String pem) {
        var all = certificates(Require.length(parameter, pem, 1, LONGEST_CERTIFICATE));
        if (all.size() != 1) {
            throw malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.");
        }
        return all.getFirst();
    }

    /** Checks that each certificate signed the one before it. Throws {@code MalformedCertificate}. */
    static void chain(X509Certificate certificate, String pem) {
        Require.length("certificateChain", pem, 1, LONGEST_CHAIN);
        var signed = certificate;
        var index = 0;
        for (var signer : certificates(pem)) {
            try {
                signed.verify(signer.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw malformed(
                        "Unable to validate certificate chain. The certificate chain must start with the immediate"
                                + " signing certificate, followed by any intermediaries in order. The index within the chain of the"
                                + " invalid certificate is: " + index);
            }
            signed = signer;
            index++;
        }
    }

    /** Checks that a private key in PEM is this certificate's. Throws {@code MalformedCertificate}, {@code KeyPairMismatch}. */
    static void key(X509Certificate certificate, @Nullable String pem) {
        if (pem == null || pem.isEmpty() || pem.length() > LONGEST_CERTIFICATE) {
            throw IamErrors.invalid("privateKey", "Member must have length between 1 and " + LONGEST_CERTIFICATE);
        }
        var key = privateKey(pem);
        try {
            var algorithm =
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC", "ECDSA" -> "SHA256withECDSA";
                        default -> key.getAlgorithm();
                    };
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(SAMPLE);
            var signature = signer.sign();
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(SAMPLE);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw mismatch();
        }
        throw mismatch();
    }

    /** What is wrong with a certificate. */
    static AwsException malformed(String message) {
        return AwsException.client("MalformedCertificate", message);
    }

    private static AwsException mismatch() {
        return AwsException.client("KeyPairMismatch", "The certificate body does not match the private key.");
    }

    private static List<X509Certificate> certificates(String pem) {
        try {
            var found = Pem.decodeCertificates(pem);
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.");
        }
        throw malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.");
    }

    private static PrivateKey privateKey(String pem) {
        var converter = new JcaPEMKeyConverter();
        try (var parser = new PEMParser(new StringReader(pem))) {
            return switch (parser.readObject()) {
                case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
                case PrivateKeyInfo info -> converter.getPrivateKey(info);
                case null, default ->
                    throw malformed(
                            "Unable to parse key. Please ensure the private key is in PEM format and has no password.");
            };
        } catch (IOException e) {
            throw malformed("Unable to parse key. Please ensure the private key is in PEM format.");
        }
    }
}
