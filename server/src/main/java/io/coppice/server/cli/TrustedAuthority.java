package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Trust in a cloud's own certificate authority and in no other. */
final class TrustedAuthority {
    private TrustedAuthority() {}

    /** A TLS context that trusts the certificate in this file. */
    static SSLContext context(Path authority) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers(authority), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks TLS", e);
        }
    }

    /** Trust managers that trust the certificate in this file. */
    static TrustManager[] managers(Path authority) {
        try (var stream = Files.newInputStream(authority)) {
            var certificate = CertificateFactory.getInstance("X.509").generateCertificate(stream);
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("coppice", certificate);
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return managers.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new OperatorException(
                    "cannot read the cloud's authority in " + authority + ": " + e.getMessage(),
                    "Run the command as the user who owns the data folder.",
                    e);
        }
    }
}
