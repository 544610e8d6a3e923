package io.coppice.wire.query;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Appends XML to a text in UTF-8; everything that is not markup is escaped. Not thread-safe. */
final class XmlText {
    private static final ElementName.Markup DECLARATION =
            ElementName.Markup.of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private static final int FIRST_PIECE = 4096;
    /** A large answer grows by such pieces; doubling one array would write it twice and throw the halves away. */
    private static final int PIECE = 64 * 1024;

    private static final char REPLACEMENT = '\uFFFD';
    private static final int ASCII = 128;
    /** The longest that one character becomes: {@code &quot;}. */
    private static final int LONGEST = 6;

    private static final int TWO_BYTES = 0x800;
    private static final int SUPPLEMENTARY = 0x10000;
    private static final int CONTINUATION_BITS = 6;
    private static final int CONTINUATION_MASK = 0x3F;
    private static final int CONTINUATION = 0x80;
    private static final int LEAD_OF_TWO = 0xC0;
    private static final int LEAD_OF_THREE = 0xE0;
    private static final int LEAD_OF_FOUR = 0xF0;

    /** Characters that stand for themselves and take one byte. */
    private static final boolean[] PLAIN = plain();

    /** What is full, in order; its bytes end where the next piece's begin. */
    private final List<XmlDocument.Piece> full = new ArrayList<>();

    private byte[] bytes = new byte[FIRST_PIECE];
    private int length;

    /** Begins a document. */
    XmlText() {
        markup(DECLARATION);
    }

    /** Begins a piece that will stand within documents. */
    static XmlText piece() {
        var text = new XmlText();
        text.length = 0;
        return text;
    }

    private static boolean[] plain() {
        var plain = new boolean[ASCII];
        for (char c = 0; c < ASCII; c++) {
            plain[c] = legal(c) && "<>&\"\r".indexOf(c) < 0;
        }
        return plain;
    }

    XmlText open(String name) {
        return raw("<").raw(name).raw(">");
    }

    XmlText open(ElementName name) {
        return markup(name.start());
    }

    XmlText openWithNamespace(String name, String namespace) {
        return raw("<").raw(name).raw(" xmlns=\"").raw(namespace).raw("\">");
    }

    XmlText close(String name) {
        return raw("</").raw(name).raw(">");
    }

    XmlText close(ElementName name) {
        return markup(name.end());
    }

    XmlText empty(ElementName name) {
        return markup(name.empty());
    }

    XmlText element(String name, String content) {
        return open(name).escaped(content).close(name);
    }

    XmlText element(ElementName name, String content) {
        return open(name).escaped(content).close(name);
    }

    /** What XML 1.0 cannot carry at all (section 2.2, "Characters") becomes U+FFFD. */
    XmlText escaped(String content) {
        var size = content.length();
        room(size);
        var target = bytes;
        var start = length;
        for (int i = 0; i < size; i++) {
            var c = content.charAt(i);
            if (c >= ASCII || !PLAIN[c]) {
                length = start + i;
                return escapedFrom(content, i);
            }
            target[start + i] = (byte) c;
        }
        length = start + size;
        return this;
    }

    private XmlText escapedFrom(String content, int from) {
        for (int i = from; i < content.length(); i++) {
            var c = content.charAt(i);
            switch (c) {
                case '<' -> raw("&lt;");
                case '>' -> raw("&gt;");
                case '&' -> raw("&amp;");
                case '"' -> raw("&quot;");
                // A parser would turn a bare carriage return into a line feed.
                case '\r' -> raw("&#xD;");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < content.length()
                            && Character.isLowSurrogate(content.charAt(i + 1))) {
                        codePoint(Character.toCodePoint(c, content.charAt(++i)));
                    } else {
                        codePoint(legal(c) ? c : REPLACEMENT);
                    }
                }
            }
        }
        return this;
    }

    private static boolean legal(char c) {
        return c >= ' ' ? c <= '\uFFFD' && !Character.isSurrogate(c) : c == '\t' || c == '\n';
    }

    /** RFC 3629 section 3. */
    private void codePoint(int point) {
        room(LONGEST);
        if (point < ASCII) {
            bytes[length++] = (byte) point;
        } else if (point < TWO_BYTES) {
            bytes[length++] = (byte) (LEAD_OF_TWO | point >> CONTINUATION_BITS);
            continuation(point);
        } else if (point < SUPPLEMENTARY) {
            bytes[length++] = (byte) (LEAD_OF_THREE | point >> 2 * CONTINUATION_BITS);
            continuation(point >> CONTINUATION_BITS);
            continuation(point);
        } else {
            bytes[length++] = (byte) (LEAD_OF_FOUR | point >> 3 * CONTINUATION_BITS);
            continuation(point >> 2 * CONTINUATION_BITS);
            continuation(point >> CONTINUATION_BITS);
            continuation(point);
        }
    }

    private void continuation(int point) {
        bytes[length++] = (byte) (CONTINUATION | point & CONTINUATION_MASK);
    }

    /** Appends what another text has made. */
    XmlText written(byte[] xml) {
        room(xml.length);
        System.arraycopy(xml, 0, bytes, length, xml.length);
        length += xml.length;
        return this;
    }

    private XmlText markup(ElementName.Markup markup) {
        room(markup.length());
        length = markup.copyTo(bytes, length);
        return this;
    }

    /** Markup of our own, or a name that came through the checks of one: ASCII, nothing to escape. */
    private XmlText raw(String markup) {
        room(markup.length());
        for (int i = 0; i < markup.length(); i++) {
            bytes[length++] = (byte) markup.charAt(i);
        }
        return this;
    }

    /** Makes room for so many bytes beside each other. */
    private void room(int more) {
        if (length + more > bytes.length) {
            full.add(new XmlDocument.Piece(bytes, length));
            bytes = new byte[Math.max(PIECE, more)];
            length = 0;
        }
    }

    /** The whole text as it goes onto the wire. */
    XmlDocument toDocument() {
        var pieces = new ArrayList<>(full);
        pieces.add(new XmlDocument.Piece(bytes, length));
        return new XmlDocument(pieces);
    }

    /** As {@link #toDocument}, in one array. */
    byte[] toBytes() {
        return toDocument().toBytes();
    }

    @Override
    public String toString() {
        return new String(toBytes(), StandardCharsets.UTF_8);
    }
}
