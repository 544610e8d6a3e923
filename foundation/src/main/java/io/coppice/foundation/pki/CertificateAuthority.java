package io.coppice.foundation.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * The cloud's own certificate authority, made at first start and kept by the Cloud Controller. EC P-256, X.509 v3
 * (RFC 5280). Thread-safe.
 */
public final class CertificateAuthority {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    /** How long a certificate is good when nothing else is said: what browsers accept of a private authority. */
    private static final Duration IDENTITY_LIFE = Duration.ofDays(825);
    /** Clocks of hosts may lag behind ours; a certificate of a short life is backdated by no more than a tenth of it. */
    private static final Duration BACKDATE = Duration.ofMinutes(10);

    private static final int LIFE_TO_BACKDATE = 10;

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;
    static final String KEY_FILE = "ca-key.pem";
    private static final String CERTIFICATE_FILE = "ca.pem";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final Clock clock;

    private CertificateAuthority(PrivateKey key, X509Certificate certificate, Clock clock) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
    }

    /** Reads the authority that lives in this folder, or makes it when there is none. */
    public static CertificateAuthority openOrCreate(Path folder, Clock clock) throws IOException {
        Files.createDirectories(folder);
        var keyFile = folder.resolve(KEY_FILE);
        var certificateFile = folder.resolve(CERTIFICATE_FILE);
        // The key is written last: a certificate without a key is what a crash in between leaves, and is made anew.
        if (Files.exists(keyFile)) {
            return new CertificateAuthority(
                    Pem.readPrivateKey(keyFile),
                    Pem.readCertificates(certificateFile).getFirst(),
                    clock);
        }
        var pair = newKeyPair();
        var name = new X500Principal("CN=Coppice cloud authority " + Integer.toHexString(RANDOM.nextInt()));
        var certificate =
                build(new Request(name, pair.getPublic(), AUTHORITY_LIFE), name, pair.getPrivate(), clock, b -> {
                    b.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                });
        Files.writeString(certificateFile, Pem.encode(List.of(certificate)));
        Pem.writePrivateKey(keyFile, pair.getPrivate());
        return new CertificateAuthority(pair.getPrivate(), certificate, clock);
    }

    /** The certificate that every party of the cloud trusts. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** A new key with a certificate for it; {@code hosts} are DNS names and IPv4 addresses for browsers and AWS tools. */
    public TlsMaterial issue(PeerIdentity identity, Collection<String> hosts) throws IOException {
        var pair = newKeyPair();
        var issued = certify(identity, pair.getPublic(), hosts, IDENTITY_LIFE);
        return new TlsMaterial(identity, pair.getPrivate(), List.of(issued, certificate), certificate);
    }

    /**
     * A certificate for the key of a PKCS#10 request (RFC 2986). Only the key is taken from the request, and only when
     * the request proves that its sender holds it; the identity is ours to give.
     */
    public List<X509Certificate> sign(byte[] requestDer, PeerIdentity identity) throws IOException {
        return sign(requestDer, identity, IDENTITY_LIFE);
    }

    /** As {@link #sign(byte[], PeerIdentity)}, for as long as is said. */
    public List<X509Certificate> sign(byte[] requestDer, PeerIdentity identity, Duration life) throws IOException {
        try {
            var request = new JcaPKCS10CertificationRequest(requestDer);
            var publicKey = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey))) {
                throw new IOException("the certificate request is not signed with its own key");
            }
            return List.of(certify(identity, publicKey, List.of(), life), certificate);
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IOException("unusable certificate request", e);
        }
    }

    /**
     * A new certificate for a party whose present one is about to end, for the same key. The request proves that its
     * sender holds that key, and the present certificate, ours and not ended, says who that is.
     */
    public List<X509Certificate> renew(X509Certificate present, byte[] requestDer, Duration life) throws IOException {
        try {
            PeerTrust.validate(present, certificate, clock);
            var key = new JcaPKCS10CertificationRequest(requestDer).getPublicKey();
            if (!key.equals(present.getPublicKey())) {
                throw new IOException("the certificate request is for another key than the present certificate");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the present certificate cannot be renewed: " + e.getMessage(), e);
        }
        var identity = PeerIdentity.of(present)
                .orElseThrow(() -> new IOException("the present certificate names no Coppice identity"));
        return sign(requestDer, identity, life);
    }

    /** A fresh EC P-256 key pair, the kind that this authority certifies. */
    public static KeyPair newKeyPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks EC P-256", e);
        }
    }

    private X509Certificate certify(PeerIdentity identity, PublicKey publicKey, Collection<String> hosts, Duration life)
            throws IOException {
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri()));
        hosts.forEach(host -> names.add(
                new GeneralName(host.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName, host)));
        var subject = new X500Principal(
                "CN=" + identity.name() + ",OU=" + identity.kind().text());
        return build(new Request(subject, publicKey, life), certificate.getSubjectX500Principal(), key, clock, b -> {
            b.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            b.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            b.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            b.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
        });
    }

    private static X509Certificate build(
            Request request, X500Principal issuer, PrivateKey signer, Clock clock, Extensions extensions)
            throws IOException {
        try {
            var now = clock.instant();
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(SERIAL_BITS, RANDOM),
                    Date.from(now.minus(backdate(request.life()))),
                    Date.from(now.plus(request.life())),
                    request.subject(),
                    request.publicKey());
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer)));
        } catch (OperatorCreationException | CertificateException e) {
            throw new IOException("could not make a certificate", e);
        }
    }

    private static Duration backdate(Duration life) {
        var share = life.dividedBy(LIFE_TO_BACKDATE);
        return share.compareTo(BACKDATE) < 0 ? share : BACKDATE;
    }

    private record Request(X500Principal subject, PublicKey publicKey, Duration life) {}

    @FunctionalInterface
    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws CertIOException;
    }
}
