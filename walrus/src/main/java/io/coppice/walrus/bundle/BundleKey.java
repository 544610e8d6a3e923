package io.coppice.walrus.bundle;

import io.coppice.foundation.pki.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The RSA key that makers of bundles encrypt for: they get its certificate, which the tools call the certificate of EC2.
 * Thread-safe.
 */
public final class BundleKey {
    private static final int BITS = 2048;
    private static final Duration LIFE = Duration.ofDays(3650);
    private static final String KEY_FILE = "bundle-key";
    private static final String CERTIFICATE_FILE = "bundle-certificate.pem";

    private final PrivateKey key;
    private final String certificate;

    private BundleKey(PrivateKey key, String certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /** Reads the key from a folder, or makes one; its file is the owner's alone. */
    public static BundleKey open(Path folder, Clock clock) throws IOException {
        var keyFile = folder.resolve(KEY_FILE);
        var certificateFile = folder.resolve(CERTIFICATE_FILE);
        try {
            if (!Files.exists(keyFile) || !Files.exists(certificateFile)) {
                make(keyFile, certificateFile, clock);
            }
            var encoded = Base64.getMimeDecoder().decode(Files.readString(keyFile, StandardCharsets.US_ASCII));
            var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new BundleKey(key, Files.readString(certificateFile, StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("the key of bundles in " + keyFile + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void make(Path keyFile, Path certificateFile, Clock clock)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        var pair = generator.generateKeyPair();
        var name = new X500Name("CN=Coppice bundles");
        var now = clock.instant();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(now.toEpochMilli()),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(LIFE)),
                name,
                pair.getPublic());
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
        write(keyFile, Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded()));
        write(certificateFile, Pem.encode(List.of(certificate)));
    }

    /** Whole or not at all, and readable by its owner alone. */
    private static void write(Path file, String text) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                temporary, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What makers of bundles give their tools, PEM. */
    public String certificate() {
        return certificate;
    }

    /** The bytes whose hexadecimal digits were encrypted for the cloud; throws when they were not, or are not so many. */
    byte[] open(byte[] encrypted, int bytes) throws BundleException {
        try {
            // The format's padding. What comes of it is not told, so that nobody can find the key by asking.
            var rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            rsa.init(Cipher.DECRYPT_MODE, key);
            var digits = new String(rsa.doFinal(encrypted), StandardCharsets.US_ASCII).strip();
            var opened = HexFormat.of().parseHex(digits);
            if (opened.length == bytes) {
                return opened;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BundleException(notForUs(), e);
        }
        throw new BundleException(notForUs());
    }

    private static String notForUs() {
        return "The bundle is not encrypted for this cloud: bundle the image with its certificate, which"
                + " GET /_coppice/bundle-certificate answers";
    }
}
