package io.coppice.foundation.id;

/** The id of an instance: {@code i-} and 17 hexadecimal digits. */
public record InstanceId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "i-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public InstanceId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static InstanceId random() {
        return new InstanceId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
