package io.coppice.foundation.id;

/** The id of a machine image: {@code ami-} and 17 hexadecimal digits. */
public record ImageId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "ami-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public ImageId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static ImageId random() {
        return new ImageId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
