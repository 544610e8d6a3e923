package io.coppice.foundation.id;

/** The id of an account: twelve decimal digits. */
public record AccountId(String value) {
    private static final int DIGITS = 12;

    /** Throws {@link MalformedIdException} when the text is not twelve digits. */
    public AccountId {
        if (value.length() != DIGITS || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedIdException(value, "twelve digits");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
