package io.coppice.node.image.share;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.node.door.HostDoor;
import io.coppice.node.image.serve.RateLimit;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/**
 * Gives ranges of images to other hosts that show the ticket for them, by HTTP/1.1 (RFC 9112; ranges: RFC 9110, section 14): nothing
 * but {@code GET /images/SHA-256} with one range. What is not here yet is sent as it comes. Thread-safe.
 */
public final class ImageShare implements HostDoor.Part {
    private static final Logger LOG = Logger.getLogger(ImageShare.class);
    private static final int PIECE_BYTES = 64 << 10;
    private static final int IDLE_MILLIS = 20_000;
    /** Above what is waited for anything else. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(60);

    private static final long LOOK_EVERY_MILLIS = 50;

    private final HeldImages images;
    private final TicketKeys keys;
    private final Limits limits;
    private final RateLimit rate;
    private final Semaphore room;

    /**
     * How much is given.
     *
     * @param atOnce the most that are given at a time; others are told to come again
     * @param bytesPerSecond of all of them together; 0 for no limit
     * @param patience how long a byte that is to come is waited for
     */
    public record Limits(int atOnce, long bytesPerSecond, Duration patience) {}

    public ImageShare(HeldImages images, TicketKeys keys, Limits limits) {
        this.images = images;
        this.keys = keys;
        this.limits = limits;
        this.rate = new RateLimit(limits.bytesPerSecond());
        this.room = new Semaphore(limits.atOnce());
    }

    /** {@code GET}. */
    @Override
    public boolean beginsWith(int firstByte) {
        return firstByte == 'G';
    }

    @Override
    public void receive(SSLSocket connection, InputStream said, PeerIdentity host) throws IOException {
        connection.setSoTimeout(IDLE_MILLIS);
        try (var watch = StallWatch.over(connection, STALL_LIMIT);
                var out = new WatchedOutput(connection.getOutputStream(), watch)) {
            for (var head = RequestHead.read(said); head.isPresent(); head = RequestHead.read(said)) {
                answer(head.get(), host.name(), out);
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the watch of every piece that the other end took. */
    private static final class WatchedOutput extends BufferedOutputStream {
        private final StallWatch watch;

        WatchedOutput(OutputStream out, StallWatch watch) {
            super(out, PIECE_BYTES);
            this.watch = watch;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int count) throws IOException {
            super.write(bytes, from, count);
            watch.moved();
        }
    }

    private void answer(RequestHead request, String host, OutputStream out) throws IOException, InterruptedException {
        if (!request.isUnderstood()) {
            status(out, "400 Bad Request");
        } else if (!keys.admit(request.ticket(), host, request.sha256())) {
            LOG.warnf("host %s asked for image %s without a ticket for it", host, request.sha256());
            status(out, "403 Forbidden");
        } else if (!room.tryAcquire()) {
            status(out, "503 Service Unavailable");
        } else {
            try {
                give(request, out);
            } finally {
                room.release();
            }
        }
    }

    private void give(RequestHead request, OutputStream out) throws IOException, InterruptedException {
        Optional<HeldImage> held = images.hold(request.sha256());
        if (held.isEmpty()) {
            status(out, "404 Not Found");
            return;
        }
        try (var image = held.get()) {
            if (request.end() > image.sizeBytes()) {
                status(out, "416 Range Not Satisfiable");
            } else if (awaitReach(image, request.from()) == request.from()) {
                status(out, "503 Service Unavailable");
            } else {
                head(out, "206 Partial Content", request.end() - request.from());
                content(image, request, out);
            }
        }
    }

    private void content(HeldImage image, RequestHead request, OutputStream out)
            throws IOException, InterruptedException {
        var piece = ByteBuffer.allocate(PIECE_BYTES);
        var at = request.from();
        while (at < request.end()) {
            var reach = Math.min(awaitReach(image, at), request.end());
            if (reach == at) {
                throw new IOException("the image does not come any further");
            }
            while (at < reach) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, reach - at));
                image.read(piece, at);
                rate.take(piece.position());
                out.write(piece.array(), 0, piece.position());
                at += piece.position();
            }
            out.flush();
        }
    }

    /** Waits for the byte at {@code from}; returns {@code from} when it does not come in time. */
    private long awaitReach(HeldImage image, long from) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + limits.patience().toNanos();
        var reach = image.reach(from);
        while (reach == from && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK_EVERY_MILLIS);
            reach = image.reach(from);
        }
        return reach;
    }

    private static void status(OutputStream out, String status) throws IOException {
        head(out, status, 0);
    }

    private static void head(OutputStream out, String status, long length) throws IOException {
        out.write("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(status, length)
                .getBytes(StandardCharsets.US_ASCII));
    }
}
