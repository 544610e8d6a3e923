package io.coppice.node.network.ovn;

import java.io.IOException;

/** A database of Open vSwitch refused a transaction; nothing of it was done. */
final class OvsdbException extends IOException {
    private static final long serialVersionUID = 1;
    private static final String WAITED = "timed out";
    private static final String TAKEN = "constraint violation";

    private final String error;

    OvsdbException(String database, String error, String details) {
        super("%s refused a transaction: %s: %s".formatted(database, error, details));
        this.error = error;
    }

    /** Whether somebody else changed the same rows since they were read. Source: RFC 7047, section 5.2.6 and 3.1. */
    boolean isRace() {
        return error.equals(WAITED) || error.equals(TAKEN);
    }
}
