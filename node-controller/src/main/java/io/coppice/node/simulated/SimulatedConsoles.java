package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What simulated guests have written to their serial ports, in the host's log: of each the newest, and when that was. A caller
 * that writes for one guest does so from one thread at a time. Thread-safe for different guests.
 */
final class SimulatedConsoles {
    static final String RESTARTING = "[ simulated ] reboot: Restarting system\r\n";

    static final String INTERRUPTED = "[ simulated ] Uhhuh. NMI received for unknown reason 21 on CPU 0.\r\n";

    private static final Logger LOG = Logger.getLogger(SimulatedConsoles.class);
    private static final String CONSOLE = "console/";
    /** As much as users can read of a console. */
    private static final int KEPT_BYTES = 64 * 1024;

    private static final String BOOT = """
            [    0.000000] Linux version 6.1.0-simulated (coppice)\r
            [    0.000000] Command line: console=ttyS0\r
            [    0.412007] virtio_net virtio0 eth0: link becomes ready\r
            [    0.618334] EXT4-fs (vda): mounted filesystem with ordered data mode\r
            Welcome to the simulated guest %s\r
            login:\s""";

    private final KeyedLog log;
    private final Clock clock;

    SimulatedConsoles(KeyedLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * A guest's console.
     *
     * @param writtenAtMillis since 1970; 0 when nothing was written
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Text(long writtenAtMillis, byte[] newest) {
        private static final Text NONE = new Text(0, new byte[0]);

        private static Text read(byte[] kept) {
            return new Text(ByteBuffer.wrap(kept).getLong(), Arrays.copyOfRange(kept, Long.BYTES, kept.length));
        }

        private byte[] and(long atMillis, byte[] more) {
            var old = Math.clamp(KEPT_BYTES - more.length, 0, newest.length);
            var added = Math.min(more.length, KEPT_BYTES);
            return ByteBuffer.allocate(Long.BYTES + old + added)
                    .putLong(atMillis)
                    .put(newest, newest.length - old, old)
                    .put(more, more.length - added, added)
                    .array();
        }
    }

    Text of(InstanceId instance) throws IOException {
        return log.get(CONSOLE + instance).map(Text::read).orElse(Text.NONE);
    }

    /** The guests that have written anything. */
    List<String> guests() {
        return log.keys(CONSOLE);
    }

    /** The text of one whole boot. */
    void boot(InstanceId instance) {
        write(instance, BOOT.formatted(instance) + "\r\n");
    }

    /** Appends; a guest does not notice when its console cannot be kept, so that is only logged. */
    void write(InstanceId instance, String text) {
        try {
            log.put(CONSOLE + instance, of(instance).and(clock.millis(), text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            LOG.warnf(e, "could not keep what %s wrote to its console", instance);
        }
    }

    void remove(InstanceId instance) throws IOException {
        log.remove(CONSOLE + instance);
    }
}
