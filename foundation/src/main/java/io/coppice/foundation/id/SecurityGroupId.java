package io.coppice.foundation.id;

/** The id of a security group: {@code sg-} and 17 hexadecimal digits. */
public record SecurityGroupId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "sg-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public SecurityGroupId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static SecurityGroupId random() {
        return new SecurityGroupId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
