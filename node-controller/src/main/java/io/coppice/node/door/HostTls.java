package io.coppice.node.door;

import io.coppice.foundation.pki.MutualTls;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.TlsMaterial;
import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** TLS 1.3 between two hosts, each with its own certificate as it is at the time. Thread-safe. */
public final class HostTls {
    private final OwnCertificate own;
    private final Predicate<PeerIdentity> accepted;
    private volatile Prepared prepared;

    private record Prepared(TlsMaterial material, SSLContext context) {}

    /**
     * Prepares connections. Throws {@link IOException} when the certificate cannot be used.
     *
     * @param own this host's certificate
     * @param accepted whom the other end may be
     */
    public HostTls(OwnCertificate own, Predicate<PeerIdentity> accepted) throws IOException {
        this.own = own;
        this.accepted = accepted;
        this.prepared = prepare();
    }

    private Prepared prepare() throws IOException {
        var material = own.current();
        return new Prepared(material, MutualTls.context(material, accepted));
    }

    /** Proves who is who over a connection that this host made; the returned socket closes the plain one with itself. */
    public SSLSocket callOver(Socket plain) throws IOException {
        return shake(plain, true);
    }

    /** Proves who is who over a connection that another host made. */
    public SSLSocket answerOver(Socket plain) throws IOException {
        return shake(plain, false);
    }

    private SSLSocket shake(Socket plain, boolean calls) throws IOException {
        if (prepared.material() != own.current()) {
            prepared = prepare();
        }
        var sockets = prepared.context().getSocketFactory();
        if (!(sockets.createSocket(plain, "", plain.getPort(), true) instanceof SSLSocket socket)) {
            throw new IOException("a TLS context makes TLS sockets");
        }
        socket.setUseClientMode(calls);
        socket.setNeedClientAuth(!calls);
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        socket.startHandshake();
        return socket;
    }

    /** Who the other end has proved to be. */
    public static PeerIdentity peerOf(SSLSocket socket) throws IOException {
        var certificates = socket.getSession().getPeerCertificates();
        if (certificates[0] instanceof X509Certificate certificate) {
            return PeerIdentity.of(certificate).orElseThrow(() -> new IOException("the other end is nobody of ours"));
        }
        throw new IOException("the other end has no X.509 certificate");
    }
}
