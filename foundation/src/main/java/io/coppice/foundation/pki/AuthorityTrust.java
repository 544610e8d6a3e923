package io.coppice.foundation.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom a role trusts that reads or writes objects over HTTPS: the cloud's own authority and nobody else. */
public final class AuthorityTrust {
    private AuthorityTrust() {}

    /** A context that trusts this authority; throws when the Java runtime cannot. */
    public static SSLContext of(X509Certificate authority) throws IOException {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("cloud", authority);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot trust the cloud's authority", e);
        }
    }
}
