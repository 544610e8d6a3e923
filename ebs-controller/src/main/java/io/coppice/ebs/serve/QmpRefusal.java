package io.coppice.ebs.serve;

import java.io.IOException;

/** A QEMU process understood a command and refuses it. */
final class QmpRefusal extends IOException {
    private static final long serialVersionUID = 1L;

    QmpRefusal(String command, String why) {
        super("the storage daemon refuses " + command + ": " + why);
    }
}
