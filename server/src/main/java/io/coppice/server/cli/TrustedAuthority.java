package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trust in a cloud's own certificate authority and in no other. */
final class TrustedAuthority {
    private TrustedAuthority() {}

    /** A TLS context that trusts the certificate in this file. */
    static SSLContext context(Path authority) {
        try (var stream = Files.newInputStream(authority)) {
            var certificate = CertificateFactory.getInstance("X.509").generateCertificate(stream);
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("coppice", certificate);
            var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new OperatorException(
                    "cannot read the cloud's authority in " + authority + ": " + e.getMessage(),
                    "Run the command as the user who owns the data folder.",
                    e);
        }
    }

    /** Makes every HttpsURLConnection of this process trust it: the process is one command against one cloud. */
    static void install(Path authority) {
        HttpsURLConnection.setDefaultSSLSocketFactory(context(authority).getSocketFactory());
    }
}
