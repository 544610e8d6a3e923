package io.coppice.foundation.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.interfaces.ECPrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A party's certificate as QEMU's programs want it: under their names, and with a key that GnuTLS reads. The certificates are
 * links to what {@link TlsMaterial#save} wrote, so that one that is renewed for the same key is the one that is used next; the
 * key is a copy. Source: tls-creds-x509 in qemu(1).
 */
public final class QemuCredentials {
    private QemuCredentials() {}

    /** Which end of a connection the party is. */
    public enum End {
        CLIENT("client"),
        SERVER("server");

        private final String prefix;

        End(String prefix) {
            this.prefix = prefix;
        }
    }

    /**
     * Fills {@code folder}, which must be there, from {@code pki}. To be called at each start, and may be repeated.
     *
     * @throws IOException when there is no usable certificate in {@code pki}
     */
    public static void fill(Path folder, Path pki, End end) throws IOException {
        link(folder.resolve("ca-cert.pem"), pki.resolve(TlsMaterial.AUTHORITY_FILE));
        link(folder.resolve(end.prefix + "-cert.pem"), pki.resolve(TlsMaterial.CHAIN_FILE));
        Pem.writePrivateKey(folder.resolve(end.prefix + "-key.pem"), withPublicKey(TlsMaterial.load(pki)));
    }

    private static void link(Path link, Path target) throws IOException {
        var fresh = link.resolveSibling(link.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, target.toAbsolutePath());
        Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** GnuTLS before 3.8 reads no EC key without its public half (RFC 5915), which Java leaves out. */
    private static byte[] withPublicKey(TlsMaterial material) throws IOException {
        if (!(material.key() instanceof ECPrivateKey secret)) {
            throw new IOException("the key of " + material.identity() + " is not one of an elliptic curve");
        }
        var open = SubjectPublicKeyInfo.getInstance(material.publicKey().getEncoded());
        var bits = secret.getParams().getOrder().bitLength();
        var both = new org.bouncycastle.asn1.sec.ECPrivateKey(
                bits,
                secret.getS(),
                open.getPublicKeyData(),
                open.getAlgorithm().getParameters());
        return new PrivateKeyInfo(open.getAlgorithm(), both).getEncoded();
    }
}
