package io.coppice.foundation.id;

/** A text that was given as an id cannot be one. The boundary that read it turns this into the Malformed error of its API. */
public final class MalformedIdException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String text;

    MalformedIdException(String text, String expected) {
        super("\"" + text + "\" is not a valid id: expected " + expected);
        this.text = text;
    }

    /** The text as it was given. */
    public String text() {
        return text;
    }
}
