package io.coppice.foundation.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import io.coppice.foundation.rpc.MessageParts.Taken;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** If this failed, a large network would reach a host torn, or mixed with another one, or never. */
class MessagePartsTest {
    private final MessageParts parts = new MessageParts();

    @Test
    void whatWasCutIsPutTogetherAgain() {
        for (var size : new int[] {0, 1, MessageParts.MOST_BYTES, MessageParts.MOST_BYTES + 1, 5_000_000}) {
            var whole = bytes(size);
            var cut = MessageParts.cut("one", 7, whole);
            assertEquals(Math.max(1, Math.ceilDiv(size, MessageParts.MOST_BYTES)), cut.size());
            for (var part : cut.subList(0, cut.size() - 1)) {
                assertInstanceOf(Taken.Waiting.class, parts.take(part));
            }
            assertEquals(new Taken.Whole(whole), parts.take(cut.getLast()));
        }
    }

    @Test
    void messagesMayComeBesideEachOther() {
        var one = MessageParts.cut("one", 1, bytes(2_000_000));
        var two = MessageParts.cut("two", 1, bytes(2_000_001));
        parts.take(one.getFirst());
        parts.take(two.getFirst());
        assertEquals(new Taken.Whole(bytes(2_000_000)), parts.take(one.getLast()));
        assertEquals(new Taken.Whole(bytes(2_000_001)), parts.take(two.getLast()));
    }

    @Test
    void aPartThatDoesNotFollowIsNotTaken() {
        var one = MessageParts.cut("one", 1, bytes(3_000_000));
        var newer = MessageParts.cut("one", 2, bytes(3_000_000));
        parts.take(one.get(0));
        assertInstanceOf(Taken.Gap.class, parts.take(one.get(2)), "one is missing");
        assertInstanceOf(Taken.Gap.class, parts.take(one.get(1)), "it has to begin again");
        parts.take(one.get(0));
        assertInstanceOf(Taken.Gap.class, parts.take(newer.get(1)), "of another message");
        parts.take(one.get(0));
        parts.take(newer.get(0));
        parts.take(newer.get(1));
        assertEquals(new Taken.Whole(bytes(3_000_000)), parts.take(newer.get(2)));
    }

    @Test
    void memoryHasALimit() {
        var part = bytes(MessageParts.MOST_BYTES);
        for (var index = 0; index < 16; index++) {
            assertInstanceOf(Taken.Waiting.class, parts.take(new MessageParts.Part("one", 1, index, true, part)));
        }
        assertInstanceOf(Taken.Gap.class, parts.take(new MessageParts.Part("one", 1, 16, false, part)));
        for (var count = 0; count < 5; count++) {
            parts.take(new MessageParts.Part("key " + count, 1, 0, true, part));
        }
        assertInstanceOf(Taken.Gap.class, parts.take(new MessageParts.Part("key 0", 1, 1, false, part)), "made room");
        assertInstanceOf(Taken.Whole.class, parts.take(new MessageParts.Part("key 4", 1, 1, false, part)));
    }

    private static ByteString bytes(int size) {
        var content = new byte[size];
        new Random(size).nextBytes(content);
        return ByteString.copyFrom(content);
    }
}
