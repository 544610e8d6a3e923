package io.coppice.foundation.pki;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Requests for a certificate, as a host that joins makes them. */
public final class CertificateRequests {
    private CertificateRequests() {}

    /** A PKCS#10 request (RFC 2986) in DER for this key, signed with it. */
    public static byte[] create(KeyPair pair) throws IOException {
        return create(pair.getPublic(), pair.getPrivate());
    }

    /** As {@link #create(KeyPair)}, of the two halves. */
    public static byte[] create(PublicKey publicKey, PrivateKey privateKey) throws IOException {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=joining"), publicKey)
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(privateKey))
                    .getEncoded();
        } catch (OperatorCreationException e) {
            throw new IOException("could not sign the certificate request", e);
        }
    }
}
