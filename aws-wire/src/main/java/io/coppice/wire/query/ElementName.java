package io.coppice.wire.query;

import java.nio.charset.StandardCharsets;

/** The name of an XML element out of the AWS model, with its tags as bytes, ready to be copied. Immutable. */
record ElementName(Markup start, Markup end, Markup empty) {
    static ElementName of(String name) {
        return new ElementName(Markup.of("<" + name + ">"), Markup.of("</" + name + ">"), Markup.of("<" + name + "/>"));
    }

    /** Bytes that stand in many answers. */
    static final class Markup {
        private final byte[] bytes;

        private Markup(byte[] bytes) {
            this.bytes = bytes;
        }

        static Markup of(String ascii) {
            return new Markup(ascii.getBytes(StandardCharsets.US_ASCII));
        }

        int length() {
            return bytes.length;
        }

        /** Returns the place after the copy. */
        int copyTo(byte[] target, int place) {
            System.arraycopy(bytes, 0, target, place, bytes.length);
            return place + bytes.length;
        }
    }
}
