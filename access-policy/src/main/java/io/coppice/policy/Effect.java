package io.coppice.policy;

/** What a statement does to the requests that it matches. */
public enum Effect {
    ALLOW("Allow"),
    DENY("Deny");

    private final String word;

    Effect(String word) {
        this.word = word;
    }

    /** As it stands in documents. */
    public String word() {
        return word;
    }
}
