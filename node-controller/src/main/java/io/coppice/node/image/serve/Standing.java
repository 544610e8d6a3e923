package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How an image that arrives stands.
 *
 * @param percent of its blocks that are here
 * @param words what holds it up, or why it was refused; empty otherwise
 */
public record Standing(Kind kind, int percent, String words) {
    /** What there is to say. */
    public enum Kind {
        /** Blocks come. */
        ARRIVING,
        /** Its store does not answer, or this host cannot write; tried again and again. */
        WAITING,
        /** The store refuses the address: a fresh one is needed. */
        EXPIRED,
        /** All bytes are here, and right. */
        WHOLE,
        /** All bytes are here, and others than were registered: nothing is read any more. */
        REFUSED
    }

    /** As the process last said; empty when it said nothing yet. */
    public static Optional<Standing> in(ArrivalFolder folder) throws IOException {
        return ArrivalFolder.read(folder.standing()).flatMap(Standing::parse);
    }

    private static Optional<Standing> parse(String text) {
        var parts = text.strip().split(" ", 3);
        try {
            return Optional.of(
                    new Standing(Kind.valueOf(parts[0]), Integer.parseInt(parts[1]), parts.length > 2 ? parts[2] : ""));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    void write(ArrivalFolder folder) throws IOException {
        var text = kind + " " + percent + " " + words.replace('\n', ' ');
        ArrivalFolder.replace(folder.standing(), text.strip().getBytes(StandardCharsets.UTF_8));
    }
}
