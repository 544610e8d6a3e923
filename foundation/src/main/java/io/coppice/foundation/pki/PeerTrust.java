package io.coppice.foundation.pki;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts certificates of one authority that speak for an accepted party. The party's identity takes the place of the
 * host name check of HTTPS. Thread-safe.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
    private final Predicate<X509Certificate> acceptedAuthority;
    private final X509Certificate[] issuers;
    private final Predicate<PeerIdentity> acceptedPeer;

    private PeerTrust(
            Predicate<X509Certificate> acceptedAuthority,
            X509Certificate[] issuers,
            Predicate<PeerIdentity> acceptedPeer) {
        this.acceptedAuthority = acceptedAuthority;
        this.issuers = issuers.clone();
        this.acceptedPeer = acceptedPeer;
    }

    /** Trusts what {@code authority} signed for a party that {@code acceptedPeer} accepts. */
    public static PeerTrust of(X509Certificate authority, Predicate<PeerIdentity> acceptedPeer) {
        return new PeerTrust(authority::equals, new X509Certificate[] {authority}, acceptedPeer);
    }

    /** Trusts the authority whose SHA-256 fingerprint (lower-case hexadecimal of the DER form) is known. */
    public static PeerTrust ofFingerprint(String fingerprint, Predicate<PeerIdentity> acceptedPeer) {
        return new PeerTrust(
                authority -> fingerprint.equals(fingerprint(authority)), new X509Certificate[0], acceptedPeer);
    }

    /** SHA-256 of the certificate's DER form in lower-case hexadecimal. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a parsed certificate has an encoding, and SHA-256 is in every JDK", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return issuers.clone();
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        var authority = Arrays.stream(chain)
                .skip(1)
                .filter(acceptedAuthority)
                .findFirst()
                .or(() -> Arrays.stream(issuers).findFirst())
                .orElseThrow(() -> new CertificateException("the peer's authority is not the one that is expected"));
        var leaf = chain[0];
        validate(leaf, authority, Clock.systemUTC());
        var identity = PeerIdentity.of(leaf)
                .orElseThrow(() -> new CertificateException("the peer's certificate names no Coppice identity"));
        if (!acceptedPeer.test(identity)) {
            throw new CertificateException("not the expected peer: " + identity);
        }
    }

    /** Whether the authority issued the certificate and it is good now; throws {@link CertificateException} when not. */
    static void validate(X509Certificate leaf, X509Certificate authority, Clock clock) throws CertificateException {
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            // There is no revocation list: a host is put out by removing it from the cloud, which refuses its session.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.instant()));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the peer's certificate is not valid: " + e.getMessage(), e);
        }
    }
}
