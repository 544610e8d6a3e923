package io.coppice.foundation.id;

/** The id of a reservation, the answer to one RunInstances: {@code r-} and 17 hexadecimal digits. */
public record ReservationId(String value) implements ResourceId {
    /** What every such id begins with, the dash included. */
    public static final String PREFIX = "r-";

    /** Throws {@link MalformedIdException} when the text is not an id of this kind. */
    public ReservationId {
        IdFormat.check(PREFIX, value);
    }

    /** A new id that nothing else has. */
    public static ReservationId random() {
        return new ReservationId(IdFormat.random(PREFIX));
    }

    @Override
    public String toString() {
        return value;
    }
}
