package io.coppice.foundation.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a party needs to prove who it is and to check others.
 *
 * @param identity who it is
 * @param key its private key; never logged
 * @param chain its certificate, then the authority's
 * @param authority the one certificate it trusts
 */
public record TlsMaterial(
        PeerIdentity identity, PrivateKey key, List<X509Certificate> chain, X509Certificate authority) {
    /** Kinds of subject alternative names (RFC 5280 section 4.2.1.6): dNSName and iPAddress. */
    private static final Set<Integer> HOST_NAMES = Set.of(2, 7);

    private static final byte[] PROBE = {1};

    static final String KEY_FILE = "key.pem";
    static final String CHAIN_FILE = "certificate.pem";
    static final String AUTHORITY_FILE = "authority.pem";

    public TlsMaterial {
        chain = List.copyOf(chain);
    }

    /** Whether {@link #load} would find something in this folder. */
    public static boolean exists(Path folder) {
        return Files.isReadable(folder.resolve(KEY_FILE)) && Files.isReadable(folder.resolve(CHAIN_FILE));
    }

    /** Reads what {@link #save} wrote. Throws {@link IOException} when a file is missing or damaged. */
    public static TlsMaterial load(Path folder) throws IOException {
        var chain = Pem.readCertificates(folder.resolve(CHAIN_FILE));
        var identity = PeerIdentity.of(chain.getFirst())
                .orElseThrow(() -> new IOException("no Coppice identity in " + folder.resolve(CHAIN_FILE)));
        return new TlsMaterial(
                identity,
                Pem.readPrivateKey(folder.resolve(KEY_FILE)),
                chain,
                Pem.readCertificates(folder.resolve(AUTHORITY_FILE)).getFirst());
    }

    /**
     * Writes three PEM files; the key's is readable by its owner only. Each is the old one or the new one whatever
     * happens, so a renewed certificate for the same key replaces the old one safely. After a crash in between a new key
     * may be missing: see {@link #fits}.
     */
    public void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        Pem.writeCertificates(folder.resolve(AUTHORITY_FILE), List.of(authority));
        Pem.writeCertificates(folder.resolve(CHAIN_FILE), chain);
        Pem.writePrivateKey(folder.resolve(KEY_FILE), key);
    }

    /** Whether the key is the certificate's. */
    public boolean fits() {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(PROBE);
            var signed = signature.sign();
            signature.initVerify(chain.getFirst());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key that cannot sign is nobody's.
            return false;
        }
    }

    /** The public half of {@link #key}, as the certificate has it. */
    public PublicKey publicKey() {
        return chain.getFirst().getPublicKey();
    }

    /** When the certificate begins to be good. */
    public Instant beginsAt() {
        return chain.getFirst().getNotBefore().toInstant();
    }

    /** When the certificate ends. */
    public Instant endsAt() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** The DNS names and IPv4 addresses under which browsers and AWS tools believe the certificate. */
    public Set<String> hosts() {
        try {
            var names = chain.getFirst().getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream()
                            .filter(name -> HOST_NAMES.contains(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)))
                            .collect(Collectors.toUnmodifiableSet());
        } catch (CertificateParsingException e) {
            // Names that cannot be read are believed by nobody.
            return Set.of();
        }
    }

    @Override
    public String toString() {
        return "TlsMaterial[" + identity + "]";
    }
}
