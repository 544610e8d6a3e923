package io.coppice.walrus.protocol;

/** Writes an S3 answer. Everything that is text is escaped; what XML 1.0 cannot hold is replaced. Not thread-safe. */
public final class XmlWriter {
    private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final String REPLACEMENT = "\ufffd";

    private final StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    /** Begins a document whose root lies in S3's namespace. */
    public static XmlWriter document(String root) {
        var writer = new XmlWriter();
        writer.text
                .append('<')
                .append(root)
                .append(" xmlns=\"")
                .append(NAMESPACE)
                .append("\">");
        return writer;
    }

    /** Begins a document without a namespace: errors. */
    public static XmlWriter plain(String root) {
        return new XmlWriter().open(root);
    }

    /** A document of one element with nothing but text in it. */
    public XmlWriter root(String name, String value) {
        text.append('<').append(name).append(" xmlns=\"").append(NAMESPACE).append("\">");
        escape(value);
        return close(name);
    }

    /** Begins an element with a type of XML Schema's instances, which grantees have. */
    public XmlWriter openTyped(String name, String type) {
        text.append('<')
                .append(name)
                .append(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"")
                .append(type)
                .append("\">");
        return this;
    }

    public XmlWriter open(String name) {
        text.append('<').append(name).append('>');
        return this;
    }

    public XmlWriter close(String name) {
        text.append("</").append(name).append('>');
        return this;
    }

    public XmlWriter element(String name, Object value) {
        open(name);
        escape(value.toString());
        return close(name);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void escape(String value) {
        var copied = 0;
        for (int i = 0; i < value.length(); i++) {
            var instead = instead(value.charAt(i));
            if (!instead.isEmpty()) {
                text.append(value, copied, i).append(instead);
                copied = i + 1;
            }
        }
        text.append(value, copied, value.length());
    }

    /** What stands in place of a character; empty where that stands for itself. */
    private static String instead(char c) {
        return switch (c) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '"' -> "&quot;";
            case '\r' -> "&#13;";
            case '\n', '\t' -> "";
            default -> c < ' ' || c == '\ufffe' || c == '\uffff' ? REPLACEMENT : "";
        };
    }
}
