package io.coppice.node.move;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.TlsMaterial;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** TLS 1.3 between two hosts, each with its own certificate. Thread-safe. */
final class MoveTls {
    private static final char[] NO_PASSWORD = new char[0];

    private final SSLContext context;

    /**
     * Prepares connections.
     *
     * @param own this host's certificate
     * @param accepted whom the other end may be
     */
    MoveTls(TlsMaterial own, Predicate<PeerIdentity> accepted) throws IOException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), new TrustManager[] {PeerTrust.of(own.authority(), accepted)}, null);
        } catch (GeneralSecurityException e) {
            throw new IOException("this host's certificate cannot be used", e);
        }
    }

    /** Proves who is who over a connection that this host made; the returned socket closes the plain one with itself. */
    SSLSocket callOver(Socket plain) throws IOException {
        return shake(plain, true);
    }

    /** Proves who is who over a connection that another host made. */
    SSLSocket answerOver(Socket plain) throws IOException {
        return shake(plain, false);
    }

    private SSLSocket shake(Socket plain, boolean calls) throws IOException {
        if (!(context.getSocketFactory().createSocket(plain, "", plain.getPort(), true) instanceof SSLSocket socket)) {
            throw new IOException("a TLS context makes TLS sockets");
        }
        socket.setUseClientMode(calls);
        socket.setNeedClientAuth(!calls);
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        socket.startHandshake();
        return socket;
    }

    /** Who the other end has proved to be. */
    static PeerIdentity peerOf(SSLSocket socket) throws IOException {
        var certificates = socket.getSession().getPeerCertificates();
        if (certificates[0] instanceof X509Certificate certificate) {
            return PeerIdentity.of(certificate).orElseThrow(() -> new IOException("the other end is nobody of ours"));
        }
        throw new IOException("the other end has no X.509 certificate");
    }
}
