package io.coppice.foundation.pki;

import java.io.IOException;
import java.security.KeyPair;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Requests for a certificate, as a host that joins makes them. */
public final class CertificateRequests {
    private CertificateRequests() {}

    /** A PKCS#10 request (RFC 2986) in DER for this key, signed with it. */
    public static byte[] create(KeyPair pair) throws IOException {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=joining"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException e) {
            throw new IOException("could not sign the certificate request", e);
        }
    }
}
