package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** If this fails, answers longer than a few kilobytes are torn, or carry what XML cannot. */
class XmlTextTest {
    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    /** Characters of every length in UTF-8, some of them to be escaped. */
    private static final String[] PIECES = {"plain text", "<", "\r&\"", "é", "木", "\ud83c\udf33", "", "\t\n>"};

    private static final String[] ESCAPED = {
        "plain text", "&lt;", "&#xD;&amp;&quot;", "é", "木", "\ud83c\udf33", "", "\t\n&gt;"
    };

    @Test
    void aLongTextIsWhatItsPartsAre() {
        var name = ElementName.of("item");
        var text = new XmlText();
        var expected = new StringBuilder(HEAD);
        for (int i = 0; i < 60_000; i++) {
            var which = i * 7 % PIECES.length;
            text.element(name, PIECES[which]);
            expected.append("<item>").append(ESCAPED[which]).append("</item>");
        }
        assertEquals(expected.toString(), text.toString());
        assertArrayEquals(expected.toString().getBytes(StandardCharsets.UTF_8), text.toBytes());
    }

    @Test
    void oneValueMayBeLongerThanAPiece() {
        var plain = "x".repeat(300_000);
        var marked = "y".repeat(200_000) + "<" + "木".repeat(100_000);
        var text = new XmlText().element("a", plain).element("b", marked);
        assertEquals(HEAD + "<a>" + plain + "</a><b>" + marked.replace("<", "&lt;") + "</b>", text.toString());
    }

    @Test
    void whatXmlCannotCarryIsReplaced() {
        var text = new XmlText().escaped("a\u0000b\ud83cc\udf33d\uffff\u001f\u007f");
        assertEquals(HEAD + "a\ufffdb\ufffdc\ufffdd\ufffd\ufffd\u007f", text.toString());
    }
}
