package io.coppice.ebs.rbd;

import java.io.IOException;

/** What a program of Ceph said when it did not do what it was asked to. */
final class CephRefusal extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int NO_SUCH_ENTRY = 2;
    private static final int BUSY = 16;
    private static final int EXISTS = 17;
    private static final int NOT_EMPTY = 39;
    private static final int SHUT_DOWN = 108;
    /** Plus the number of the signal. */
    private static final int KILLED = 128;

    /** librbd says this of an image that lay over another one when it began to open it, and no longer does. */
    private static final String PARENT_WENT = "failed to open parent image";

    private final int exit;
    private final boolean parentWent;

    /**
     * What ended so.
     *
     * @param exit what it ended with: an errno of Linux
     * @param errors all that it wrote to its standard error
     */
    CephRefusal(String command, int exit, String errors) {
        super(command + " ended with " + exit + ": " + CephTools.last(errors));
        this.exit = exit;
        this.parentWent = errors.contains(PARENT_WENT);
    }

    /** What was asked for is not there; not so when only what lay below it just went, which it needs no longer. */
    boolean isMissing() {
        return exit == NO_SUCH_ENTRY && !parentWent;
    }

    boolean isThere() {
        return exit == EXISTS;
    }

    /** Somebody has it open; of who was cut off Ceph learns within seconds. */
    boolean isOpen() {
        return exit == BUSY;
    }

    /** The program itself failed, as those of Ceph 16 do now and then at their end. */
    boolean isCrash() {
        return exit >= KILLED;
    }

    /** The program had open what was then taken from everybody who had it open. */
    boolean isCutOff() {
        return exit == SHUT_DOWN;
    }

    /** Others lie over it. */
    boolean isBelowOthers() {
        return exit == NOT_EMPTY;
    }
}
