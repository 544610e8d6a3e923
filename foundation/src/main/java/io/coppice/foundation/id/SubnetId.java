package io.coppice.foundation.id;

/** The id of a subnet: {@code subnet-} and 17 hexadecimal digits. */
public record SubnetId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "subnet-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public SubnetId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static SubnetId random() {
        return new SubnetId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
