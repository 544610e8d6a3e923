package io.coppice.node.image.share;

import io.coppice.foundation.secret.ImageTicket;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys that tickets are made with: the Cluster Controller's present one, and the one before its last start, since hosts may
 * still be fetching. Thread-safe.
 */
public final class TicketKeys {
    private static final int KEPT = 2;

    private volatile List<byte[]> keys = List.of();

    /** From now on this one counts, too. One of another length is none. */
    public synchronized void add(byte[] key) {
        if (key.length == ImageTicket.KEY_BYTES && keys.stream().noneMatch(each -> Arrays.equals(each, key))) {
            keys = Stream.concat(Stream.of(key.clone()), keys.stream())
                    .limit(KEPT)
                    .toList();
        }
    }

    boolean admit(String ticket, String nodeId, String sha256) {
        return keys.stream().anyMatch(key -> ImageTicket.isGood(ticket, key, nodeId, sha256));
    }
}
