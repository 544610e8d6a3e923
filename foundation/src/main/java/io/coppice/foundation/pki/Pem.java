package io.coppice.foundation.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Certificates and EC keys as PEM text (RFC 7468). */
public final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    /** The certificates one after another. */
    public static String encode(Collection<X509Certificate> certificates) {
        return certificates.stream().map(Pem::encode).collect(Collectors.joining());
    }

    /** Reads one or more certificates; throws {@link IOException} when there is none. */
    public static List<X509Certificate> decodeCertificates(String pem) throws IOException {
        try {
            var certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (certificates.isEmpty()) {
                throw new IOException("no certificate in PEM text");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new IOException("not a PEM certificate", e);
        }
    }

    static List<X509Certificate> readCertificates(Path file) throws IOException {
        return decodeCertificates(Files.readString(file));
    }

    static PrivateKey readPrivateKey(Path file) throws IOException {
        var text = Files.readString(file).replaceAll("-----(BEGIN|END) PRIVATE KEY-----|\\s", "");
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("not a PKCS#8 EC private key: " + file, e);
        }
    }

    /** Writes beside and renames, so that a crash leaves the old key or the new one; mode 0600 from the first byte. */
    static void writePrivateKey(Path file, PrivateKey key) throws IOException {
        writePrivateKey(file, key.getEncoded());
    }

    /** Writes a key as PKCS#8 (RFC 5958) has it. */
    static void writePrivateKey(Path file, byte[] der) throws IOException {
        replace(file, block("PRIVATE KEY", der), "rw-------");
    }

    /** Writes beside and renames; everybody may read it. */
    static void writeCertificates(Path file, Collection<X509Certificate> certificates) throws IOException {
        replace(file, encode(certificates), "rw-r--r--");
    }

    private static void replace(Path file, String text, String mode) throws IOException {
        var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
        var temporary = Files.createTempFile(file.toAbsolutePath().getParent(), ".pki", ".pem", permissions);
        Files.writeString(temporary, text);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String encode(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException("a parsed certificate has an encoding", e);
        }
    }

    private static String block(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
