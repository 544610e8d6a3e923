package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Hosts of the zone that may give an image.
 *
 * @param peers in the order in which to ask them
 * @param ticket shows them that this host was told to fetch it
 */
public record PeerOffer(List<Peer> peers, String ticket) {
    /** Nobody. */
    public static final PeerOffer NONE = new PeerOffer(List.of(), "");

    /**
     * A host.
     *
     * @param nodeId as which it must prove itself
     * @param address host:port
     */
    public record Peer(String nodeId, String address) {}

    /** Keeps its own copy. */
    public PeerOffer {
        peers = List.copyOf(peers);
    }

    /** As it stands in a folder; {@link #NONE} when nothing does. */
    static PeerOffer in(ArrivalFolder folder) throws IOException {
        var lines = ArrivalFolder.read(folder.peers())
                .map(text -> text.lines().toList())
                .orElse(List.of());
        if (lines.isEmpty()) {
            return NONE;
        }
        var peers = lines.stream()
                .skip(1)
                .map(line -> line.split(" ", 2))
                .filter(parts -> parts.length == 2)
                .map(parts -> new Peer(parts[0], parts[1]))
                .toList();
        return new PeerOffer(peers, lines.getFirst());
    }

    /** Writes it down for the process that serves an image; it may change while that runs. */
    public void write(ArrivalFolder folder) throws IOException {
        if (equals(in(folder))) {
            return;
        }
        var text = new StringBuilder(ticket).append('\n');
        peers.forEach(peer ->
                text.append(peer.nodeId()).append(' ').append(peer.address()).append('\n'));
        ArrivalFolder.replace(folder.peers(), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Without the ticket, which does not belong into logs. */
    @Override
    public String toString() {
        return peers.toString();
    }
}
