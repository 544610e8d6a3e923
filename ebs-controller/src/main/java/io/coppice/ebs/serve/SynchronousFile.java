package io.coppice.ebs.serve;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Files whose writes are on the disk when they are acknowledged, whoever writes them: attribute {@code S} of chattr(1). The kernel
 * then has one flush of the disk serve all writes that wait for one, where QEMU would flush after each of them, one after the other.
 * Stateless.
 */
final class SynchronousFile {
    private static final Logger LOG = Logger.getLogger(SynchronousFile.class);

    /** Those that keep the attribute and heed it also past the page cache. */
    private static final Set<String> FILE_SYSTEMS = Set.of("ext4", "xfs", "btrfs");

    private static final int LIMIT_SECONDS = 10;

    private SynchronousFile() {}

    /**
     * Makes a file so, or ordinary again; also one that is open.
     *
     * @return whether its writes are on the disk when they are acknowledged: false also where the file system has no such files
     */
    static boolean set(Path file, boolean synchronous) throws IOException {
        if (!FILE_SYSTEMS.contains(Files.getFileStore(file).type())) {
            return false;
        }
        var command = new ProcessBuilder("chattr", synchronous ? "+S" : "-S", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD);
        var succeeded = succeeds(command);
        if (!succeeded) {
            LOG.debugf("%s keeps the attribute S that it has", file);
        }
        return succeeded && synchronous;
    }

    private static boolean succeeds(ProcessBuilder command) throws IOException {
        var process = command.start();
        try {
            return process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a file was made synchronous");
        } finally {
            process.destroyForcibly();
        }
    }
}
