package io.coppice.ebs.rbd;

import java.io.IOException;

/** What a program of Ceph said when it did not do what it was asked to. */
final class CephRefusal extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int NO_SUCH_ENTRY = 2;
    private static final int BUSY = 16;
    private static final int EXISTS = 17;
    private static final int NOT_EMPTY = 39;

    private final int exit;

    /** @param exit what it ended with: an errno of Linux */
    CephRefusal(String command, int exit, String words) {
        super(command + " ended with " + exit + ": " + words);
        this.exit = exit;
    }

    boolean isMissing() {
        return exit == NO_SUCH_ENTRY;
    }

    boolean isThere() {
        return exit == EXISTS;
    }

    /** Something still needs it. */
    boolean isInUse() {
        return exit == BUSY || exit == NOT_EMPTY;
    }
}
