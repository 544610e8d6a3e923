package io.coppice.foundation.id;

/** The id of a network interface: {@code eni-} and 17 hexadecimal digits. */
public record NetworkInterfaceId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "eni-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public NetworkInterfaceId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static NetworkInterfaceId random() {
        return new NetworkInterfaceId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
