package io.coppice.support;

import io.coppice.foundation.pki.Pem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes bundles as ec2-ami-tools does: tar, gzip, AES-128-CBC, parts, a manifest signed by RSA with SHA-1. Thread-safe. */
public final class BundleMaker {
    private static final HexFormat HEX = HexFormat.of();

    private final KeyPair user;
    private final X509Certificate userCertificate;
    private final X509Certificate cloud;

    /** A user with a new key, who bundles for the cloud with this certificate (PEM). */
    public BundleMaker(String cloudCertificate) throws IOException, GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        user = generator.generateKeyPair();
        userCertificate = certificate(user);
        cloud = Pem.decodeCertificates(cloudCertificate).getFirst();
    }

    /** What proves that the bundles are the user's. */
    public X509Certificate signer() {
        return userCertificate;
    }

    /**
     * The objects of a bundle by their names.
     *
     * @param claimedBytes how long the manifest says that the image is
     */
    public Map<String, byte[]> bundle(String name, byte[] image, long claimedBytes, int partBytes)
            throws IOException, GeneralSecurityException {
        var archive = tar(name, image);
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(archive);
        }
        var key = random();
        var iv = random();
        var aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        var encrypted = aes.doFinal(packed.toByteArray());
        var objects = new LinkedHashMap<String, byte[]>();
        var parts = new StringBuilder();
        for (int at = 0, index = 0; at < encrypted.length; at += partBytes, index++) {
            var part = Arrays.copyOfRange(encrypted, at, Math.min(encrypted.length, at + partBytes));
            var file = name + ".part." + index;
            objects.put(file, part);
            parts.append("<part index=\"%d\"><filename>%s</filename><digest algorithm=\"SHA1\">%s</digest></part>"
                    .formatted(index, file, sha1(part)));
        }
        var signed = "<machine_configuration><architecture>x86_64</architecture></machine_configuration>"
                + ("<image><name>%s</name><user>111111111111</user><type>machine</type>"
                                + "<digest algorithm=\"SHA1\">%s</digest><size>%d</size><bundled_size>%d</bundled_size>"
                                + "<ec2_encrypted_key algorithm=\"AES-128-CBC\">%s</ec2_encrypted_key>"
                                + "<ec2_encrypted_iv>%s</ec2_encrypted_iv><parts count=\"%d\">%s</parts></image>")
                        .formatted(
                                name,
                                sha1(archive),
                                claimedBytes,
                                encrypted.length,
                                wrapped(key),
                                wrapped(iv),
                                objects.size(),
                                parts);
        var manifest = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest><version>2007-10-10</version><bundler>"
                + "<name>test</name></bundler>" + signed + "<signature>" + signature(signed)
                + "</signature></manifest>";
        objects.put(name + ".manifest.xml", manifest.getBytes(StandardCharsets.UTF_8));
        return objects;
    }

    private static byte[] tar(String name, byte[] image) throws IOException {
        var archive = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(archive)) {
            var entry = new TarArchiveEntry(name);
            entry.setSize(image.length);
            tar.putArchiveEntry(entry);
            tar.write(image);
            tar.closeArchiveEntry();
        }
        return archive.toByteArray();
    }

    private static byte[] random() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static String sha1(byte[] bytes) throws GeneralSecurityException {
        return HEX.formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    }

    /** As the tools do it: the hexadecimal digits are encrypted, not the bytes. */
    private String wrapped(byte[] secret) throws GeneralSecurityException {
        var rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        rsa.init(Cipher.ENCRYPT_MODE, cloud.getPublicKey());
        return HEX.formatHex(rsa.doFinal(HEX.formatHex(secret).getBytes(StandardCharsets.US_ASCII)));
    }

    private String signature(String signed) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA1withRSA");
        signature.initSign(user.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.UTF_8));
        return HEX.formatHex(signature.sign());
    }

    private static X509Certificate certificate(KeyPair pair) throws GeneralSecurityException {
        var name = new X500Name("CN=user");
        var now = Instant.now();
        var certificate = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                name,
                pair.getPublic());
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            certificate.build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("a certificate cannot be signed", e);
        }
    }
}
