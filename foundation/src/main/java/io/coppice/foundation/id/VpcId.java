package io.coppice.foundation.id;

/** The id of a VPC: {@code vpc-} and 17 hexadecimal digits. */
public record VpcId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "vpc-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public VpcId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static VpcId random() {
        return new VpcId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
