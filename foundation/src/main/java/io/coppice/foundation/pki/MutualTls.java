package io.coppice.foundation.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** TLS 1.3 between two parties of the cloud, each with its own certificate, outside gRPC. */
public final class MutualTls {
    private static final char[] NO_PASSWORD = new char[0];

    private MutualTls() {}

    /**
     * A context for either end. Throws {@link IOException} when the certificate cannot be used. The context is thread-safe.
     *
     * @param own shown to the other end
     * @param accepted whom the other end may be
     */
    public static SSLContext context(TlsMaterial own, Predicate<PeerIdentity> accepted) throws IOException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), new TrustManager[] {PeerTrust.of(own.authority(), accepted)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("this host's certificate cannot be used", e);
        }
    }
}
