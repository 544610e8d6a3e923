package io.coppice.node.image;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.node.door.HostDoor;
import io.coppice.node.image.serve.PeerOffer.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;

/** A host of the zone that does with a request for an image what a test says. */
final class FakePeer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("Range: bytes=([0-9]+)-([0-9]+)", Pattern.CASE_INSENSITIVE);

    private final String id = NodeId.random().value();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private final HostDoor door;

    /** What it sends once it has promised all bytes of a range. */
    @FunctionalInterface
    interface Body {
        void send(OutputStream out, int from, int end) throws IOException;
    }

    FakePeer(CertificateAuthority authority, Body body) throws IOException {
        var certificate = authority.issue(new PeerIdentity(PeerKind.NODE, id), Set.of());
        door = new HostDoor(SharingHost.listen(), OwnCertificate.of(certificate), List.of(new HostDoor.Part() {
            @Override
            public boolean beginsWith(int firstByte) {
                return true;
            }

            @Override
            public void receive(SSLSocket connection, InputStream said, PeerIdentity host) throws IOException {
                answer(connection, said, body);
            }
        }));
    }

    private void answer(SSLSocket connection, InputStream said, Body body) throws IOException {
        asked.incrementAndGet();
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) said.read());
        }
        var range = RANGE.matcher(head);
        if (!range.find()) {
            throw new IOException("no range is asked for: " + head);
        }
        var from = Integer.parseInt(range.group(1));
        var behind = Integer.parseInt(range.group(2)) + 1;
        var out = connection.getOutputStream();
        out.write("HTTP/1.1 206 Partial Content\r\nContent-Length: %d\r\n\r\n"
                .formatted(behind - from)
                .getBytes(StandardCharsets.US_ASCII));
        body.send(out, from, behind);
        out.flush();
    }

    /** Says nothing more until the test ends. */
    void fallSilent() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Peer peer() {
        return new Peer(id, "127.0.0.1:" + door.port());
    }

    String id() {
        return id;
    }

    int asked() {
        return asked.get();
    }

    @Override
    public void close() throws IOException {
        end.countDown();
        door.close();
    }
}
