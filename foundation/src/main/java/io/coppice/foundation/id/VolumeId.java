package io.coppice.foundation.id;

/** The id of a volume: {@code vol-} and 17 hexadecimal digits. */
public record VolumeId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "vol-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public VolumeId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static VolumeId random() {
        return new VolumeId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
