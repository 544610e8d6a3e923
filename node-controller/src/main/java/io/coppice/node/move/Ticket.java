package io.coppice.node.move;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Names one move, to the two hosts of it only: what a {@link MoveGate} lets in must show it.
 *
 * @param value 32 lower-case hexadecimal digits; a secret
 */
public record Ticket(String value) {
    static final int LENGTH = 32;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    /** Throws {@link IllegalArgumentException} for what is none. */
    public Ticket {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a ticket of a move");
        }
    }

    /** One that nobody can guess. */
    public static Ticket random() {
        var bytes = new byte[LENGTH / 2];
        RANDOM.nextBytes(bytes);
        return new Ticket(HexFormat.of().formatHex(bytes));
    }

    /** Not the value: tickets do not belong into logs. */
    @Override
    public String toString() {
        return "Ticket";
    }
}
