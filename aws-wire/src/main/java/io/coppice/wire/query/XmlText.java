package io.coppice.wire.query;

/** Appends XML to a text; everything that is not markup is escaped. Not thread-safe. */
final class XmlText {
    private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final int INITIAL_CAPACITY = 1024;
    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder text = new StringBuilder(INITIAL_CAPACITY).append(DECLARATION);

    XmlText open(String name) {
        text.append('<').append(name).append('>');
        return this;
    }

    XmlText openWithNamespace(String name, String namespace) {
        text.append('<').append(name).append(" xmlns=\"").append(namespace).append("\">");
        return this;
    }

    XmlText close(String name) {
        text.append("</").append(name).append('>');
        return this;
    }

    XmlText empty(String name) {
        text.append('<').append(name).append("/>");
        return this;
    }

    XmlText element(String name, String content) {
        return open(name).escaped(content).close(name);
    }

    /** What XML 1.0 cannot carry at all (section 2.2, "Characters") becomes U+FFFD. */
    XmlText escaped(String content) {
        for (int i = 0; i < content.length(); i++) {
            var c = content.charAt(i);
            switch (c) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                // A parser would turn a bare carriage return into a line feed.
                case '\r' -> text.append("&#xD;");
                default -> {
                    if (Character.isHighSurrogate(c)
                            && i + 1 < content.length()
                            && Character.isLowSurrogate(content.charAt(i + 1))) {
                        text.append(c).append(content.charAt(++i));
                    } else {
                        text.append(legal(c) ? c : REPLACEMENT);
                    }
                }
            }
        }
        return this;
    }

    private static boolean legal(char c) {
        return c >= ' ' ? c <= '\uFFFD' && !Character.isSurrogate(c) : c == '\t' || c == '\n';
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
