package io.coppice.foundation.rpc;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Encoded messages that are too large to be sent whole: cuts them, and puts parts together that come one after the other, of
 * several messages at a time. Not thread-safe.
 */
public final class MessageParts {
    /** Bytes of one part: a quarter of what a gRPC message may have here, so that others get through between parts. */
    public static final int MOST_BYTES = 1024 * 1024;
    /** Bytes of a message that may be sent in parts. */
    public static final int LARGEST_BYTES = 16 * MOST_BYTES;

    /** Messages that may be unfinished at a time; the one that was begun first makes room. */
    private static final int MOST_UNFINISHED = 4;

    private final Map<String, Unfinished> unfinished = new LinkedHashMap<>();

    private record Unfinished(long number, int next, ByteString bytes) {}

    /** What came of a part. */
    public sealed interface Taken {
        /** More parts follow. */
        record Waiting() implements Taken {}

        /** It does not follow what came before: the message has to be sent again from its first part. */
        record Gap() implements Taken {}

        /** It was the last one. */
        record Whole(ByteString bytes) implements Taken {}
    }

    /**
     * A part of a message.
     *
     * @param key names what the message is about
     * @param number tells messages with the same key apart
     * @param index from 0
     * @param more whether another part follows
     */
    public record Part(String key, long number, int index, boolean more, ByteString bytes) {}

    /** The parts of an encoded message; one for an empty message. They share its bytes. */
    public static List<Part> cut(String key, long number, ByteString whole) {
        var parts = new ArrayList<Part>();
        var from = 0;
        do {
            var to = Math.min(from + MOST_BYTES, whole.size());
            parts.add(new Part(key, number, parts.size(), to < whole.size(), whole.substring(from, to)));
            from = to;
        } while (from < whole.size());
        return List.copyOf(parts);
    }

    /** Takes the next part of a message. */
    public Taken take(Part part) {
        var before = unfinished.remove(part.key());
        var bytes = part.bytes();
        if (part.index() > 0) {
            if (before == null || before.number() != part.number() || before.next() != part.index()) {
                return new Taken.Gap();
            }
            bytes = before.bytes().concat(bytes);
        }
        if (bytes.size() > LARGEST_BYTES) {
            return new Taken.Gap();
        }
        if (!part.more()) {
            return new Taken.Whole(bytes);
        }
        if (unfinished.size() >= MOST_UNFINISHED) {
            unfinished.remove(unfinished.keySet().iterator().next());
        }
        unfinished.put(part.key(), new Unfinished(part.number(), part.index() + 1, bytes));
        return new Taken.Waiting();
    }
}
