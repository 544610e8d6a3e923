package io.coppice.foundation.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

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
    private static final String KEY_FILE = "key.pem";
    private static final String CHAIN_FILE = "certificate.pem";
    private static final String AUTHORITY_FILE = "authority.pem";

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

    /** Writes three PEM files; the key's is readable by its owner only. */
    public void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        Pem.writePrivateKey(folder.resolve(KEY_FILE), key);
        Files.writeString(folder.resolve(CHAIN_FILE), Pem.encode(chain));
        Files.writeString(folder.resolve(AUTHORITY_FILE), Pem.encode(List.of(authority)));
    }

    @Override
    public String toString() {
        return "TlsMaterial[" + identity + "]";
    }
}
