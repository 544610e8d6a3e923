package io.coppice.node.disk;

import io.coppice.foundation.pki.QemuCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's certificate where guests' QEMU finds it, for volumes that are served with TLS. */
public final class NbdCredentials {
    /** The folder as libvirt and its guests see it; {@code deploy/host/libvirt-folder.sh} makes it and names it in qemu.conf. */
    public static final String FOLDER_OF_QEMU = "/etc/libvirt/nbd-tls";

    private NbdCredentials() {}

    /**
     * Fills {@code folder} from the certificate in {@code pki}. Returns false, having done nothing, where there is no such
     * folder: that libvirt was not made ready for volumes that are served with TLS.
     */
    public static boolean fill(Path folder, Path pki) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        QemuCredentials.fill(folder, pki, QemuCredentials.End.CLIENT);
        return true;
    }
}
