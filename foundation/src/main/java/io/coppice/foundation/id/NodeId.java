package io.coppice.foundation.id;

/** The id of a host: {@code n-} and 17 hexadecimal digits. */
public record NodeId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "n-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public NodeId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static NodeId random() {
        return new NodeId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
