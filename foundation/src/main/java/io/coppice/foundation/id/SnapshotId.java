package io.coppice.foundation.id;

/** The id of a snapshot: {@code snap-} and 17 hexadecimal digits. */
public record SnapshotId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "snap-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public SnapshotId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static SnapshotId random() {
        return new SnapshotId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
