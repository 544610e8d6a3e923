package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jboss.logging.Logger;

/** What simulated guests write to their serial port. */
final class SimulatedConsole {
    static final String RESTARTING = "[ simulated ] reboot: Restarting system\r\n";

    static final String INTERRUPTED = "[ simulated ] Uhhuh. NMI received for unknown reason 21 on CPU 0.\r\n";

    private static final Logger LOG = Logger.getLogger(SimulatedConsole.class);
    private static final String BOOT = """
            [    0.000000] Linux version 6.1.0-simulated (coppice)\r
            [    0.000000] Command line: console=ttyS0\r
            [    0.412007] virtio_net virtio0 eth0: link becomes ready\r
            [    0.618334] EXT4-fs (vda): mounted filesystem with ordered data mode\r
            Welcome to the simulated guest %s\r
            login:\s""";

    private SimulatedConsole() {}

    /** The text of one whole boot. */
    static void boot(Path log, InstanceId instance) {
        write(log, BOOT.formatted(instance) + "\r\n");
    }

    /** Appends; a guest does not notice when its console cannot be kept, so that is only logged. */
    static void write(Path log, String text) {
        try {
            Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (NoSuchFileException e) {
            LOG.debugf("the folder of %s is gone, and its guest with it", log);
        } catch (IOException e) {
            LOG.warnf(e, "could not write the simulated console %s", log);
        }
    }
}
