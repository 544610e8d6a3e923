package io.coppice.node.command;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;

/** Signals that Java cannot send by itself. */
public final class Signals {
    private static final int HANG_UP = 1;

    private Signals() {}

    /** Sends SIGHUP, which daemons read as "read your files again" (signal(7)). */
    public static void hangUp(long processId) throws IOException {
        if (processId <= 1 || processId > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("not the id of a daemon: " + processId);
        }
        if (CLibrary.INSTANCE.kill((int) processId, HANG_UP) != 0) {
            throw new IOException(
                    "process " + processId + " cannot be signalled (errno " + Native.getLastError() + ")");
        }
    }

    interface CLibrary extends Library {
        CLibrary INSTANCE = Native.load("c", CLibrary.class);

        int kill(int processId, int signal);
    }
}
