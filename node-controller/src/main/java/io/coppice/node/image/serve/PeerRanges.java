package io.coppice.node.image.serve;

import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.node.image.serve.PeerOffer.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of one image from other hosts: the first that is offered and answers. One that failed is not asked for a moment. Who
 * they are is read anew for each range, since others may have been told. Thread-safe.
 */
final class PeerRanges implements Ranges {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int MOST_CLIENTS = 16;

    private final ArrivalFolder folder;
    private final String sha256;
    private final RateLimit rate;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<Peer, PeerClient> clients = new HashMap<>();
    private final Map<Peer, Long> pausedUntil = new HashMap<>();
    private final Set<String> gave = new TreeSet<>();
    private boolean dropped;

    /** @param rate what all ranges together keep to */
    PeerRanges(ArrivalFolder folder, String sha256, RateLimit rate) {
        this.folder = folder;
        this.sha256 = sha256;
        this.rate = rate;
    }

    @Override
    public byte[] range(long offset, int length) throws IOException, InterruptedException {
        var offer = PeerOffer.in(folder);
        for (var peer : offer.peers()) {
            var client = client(peer);
            if (client != null) {
                try {
                    rate.take(length);
                    var wish = new PeerClient.Wish(sha256, offer.ticket(), offset, offset + length);
                    var bytes = client.all(wish, ANSWER_LIMIT);
                    given(peer);
                    return bytes;
                } catch (IOException e) {
                    pause(peer, e);
                }
            }
        }
        throw new IOException("no host gives the image now");
    }

    /** Null for one that is not to be asked now. */
    private @Nullable PeerClient client(Peer peer) throws IOException {
        lock.lock();
        try {
            if (dropped || isPaused(peer)) {
                return null;
            }
            var present = clients.get(peer);
            if (present != null || clients.size() >= MOST_CLIENTS) {
                return present;
            }
            // Read anew, since the certificate is renewed while this process runs.
            var own = ArrivalFolder.read(folder.identity());
            if (own.isEmpty()) {
                return null;
            }
            var made = new PeerClient(peer, TlsMaterial.load(Path.of(own.get())));
            clients.put(peer, made);
            return made;
        } finally {
            lock.unlock();
        }
    }

    private boolean isPaused(Peer peer) {
        var until = pausedUntil.get(peer);
        return until != null && System.nanoTime() - until < 0;
    }

    private void given(Peer peer) {
        lock.lock();
        try {
            gave.add(peer.nodeId());
            pausedUntil.remove(peer);
        } finally {
            lock.unlock();
        }
    }

    private void pause(Peer peer, IOException failure) {
        System.err.println("asking others for the image: " + failure.getMessage());
        lock.lock();
        try {
            pausedUntil.put(peer, System.nanoTime() + PAUSE.toNanos());
            var client = clients.remove(peer);
            if (client != null) {
                client.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Some of what was given is wrong: nobody is asked any more, and the Node Controller is told who gave it. */
    void drop() throws IOException {
        lock.lock();
        try {
            dropped = true;
            clients.values().forEach(PeerClient::close);
            clients.clear();
            ArrivalFolder.replace(folder.distrusted(), String.join("\n", gave).getBytes(StandardCharsets.UTF_8));
        } finally {
            lock.unlock();
        }
    }
}
