package io.coppice.node.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Keeps guests' console logs small: a guest may write without end. QEMU appends, so a log can be cut while it writes; what
 * the guest writes during the cut may be lost.
 */
final class ConsoleLogs implements AutoCloseable {
    /** Name of the log in an instance's folder. */
    static final String FILE_NAME = "console.log";

    private static final Logger LOG = Logger.getLogger(ConsoleLogs.class);
    private static final long LIMIT_BYTES = 1 << 20;
    private static final int KEPT_BYTES = 512 << 10;
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Path instancesFolder;
    private final Thread thread;

    private ConsoleLogs(Path instancesFolder) {
        this.instancesFolder = instancesFolder;
        this.thread = Thread.ofVirtual().name("console-logs").unstarted(this::watch);
    }

    /** Watches the logs of all instances until closed. */
    static ConsoleLogs watch(Path instancesFolder) {
        var logs = new ConsoleLogs(instancesFolder);
        logs.thread.start();
        return logs;
    }

    private void watch() {
        while (true) {
            try {
                Thread.sleep(INTERVAL);
                trimAll();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | DirectoryIteratorException e) {
                LOG.warn("console logs could not be cut; trying again", e);
            }
        }
    }

    private void trimAll() throws IOException {
        if (!Files.isDirectory(instancesFolder)) {
            return;
        }
        try (var homes = Files.newDirectoryStream(instancesFolder)) {
            for (var home : homes) {
                trim(home.resolve(FILE_NAME));
            }
        }
    }

    /** Cuts the log to its newest half when it has grown beyond 1 MiB. Never follows a symbolic link. */
    static void trim(Path log) throws IOException {
        if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS) || Files.size(log) <= LIMIT_BYTES) {
            return;
        }
        var options = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try (var channel = FileChannel.open(log, options)) {
            var newest = ByteBuffer.allocate(KEPT_BYTES);
            var position = channel.size() - KEPT_BYTES;
            while (newest.hasRemaining()) {
                var count = channel.read(newest, position + newest.position());
                if (count < 0) {
                    break;
                }
            }
            newest.flip();
            channel.truncate(0);
            while (newest.hasRemaining()) {
                channel.write(newest);
            }
        } catch (NoSuchFileException e) {
            LOG.debugf(e, "%s went meanwhile", log);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
