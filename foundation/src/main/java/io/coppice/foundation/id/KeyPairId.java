package io.coppice.foundation.id;

/** The id of a key pair: {@code key-} and 17 hexadecimal digits. */
public record KeyPairId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "key-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public KeyPairId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static KeyPairId random() {
        return new KeyPairId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
