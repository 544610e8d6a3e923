package io.coppice.ebs.nbd;

import io.coppice.ebs.program.ProgramOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * A disk that a qemu-nbd of its own has open for this process alone, and which ends with it: qemu-nbd goes when its only client
 * hangs up. Reads and writes come one after the other. Thread-safe. Source: qemu-nbd(8).
 */
public final class OpenDisk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OpenDisk.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration END_LIMIT = Duration.ofSeconds(20);
    /** How long one request may take before what serves it is given up. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(5);

    private static final int LONGEST_MESSAGE = 500;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Process process;
    private final Path socket;
    private final NbdConnection connection;

    /** What a disk is opened for. */
    public enum Use {
        READING("--read-only"),
        /** Zeros take no room where they need not. */
        WRITING("--discard=unmap", "--detect-zeroes=unmap");

        private final List<String> options;

        Use(String... options) {
            this.options = List.of(options);
        }
    }

    private OpenDisk(Process process, Path socket, NbdConnection connection) {
        this.process = process;
        this.socket = socket;
        this.connection = connection;
    }

    /**
     * Opens a disk.
     *
     * @param image as qemu-nbd takes it behind {@code --image-opts}; holds no secret
     * @param folder for the socket, which nobody else may enter
     * @throws IOException when it cannot be opened; the message says what QEMU said
     */
    public static OpenDisk open(String image, Use use, Path folder) throws IOException {
        makePrivate(folder);
        // Short: the address of a socket has 107 bytes.
        var name = UUID.randomUUID().toString();
        var socket = folder.resolve(name.substring(0, name.indexOf('-')));
        var process = start(image, use, socket);
        var opened = false;
        try {
            var errors = ProgramOutput.hear(() -> words(process));
            var disk = new OpenDisk(process, socket, greet(connect(process, socket, errors)));
            opened = true;
            return disk;
        } finally {
            if (!opened) {
                process.destroyForcibly();
                Files.deleteIfExists(socket);
            }
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        var parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    private static Process start(String image, Use use, Path socket) throws IOException {
        var command = new ArrayList<>(List.of("qemu-nbd", "--socket=" + socket));
        command.addAll(use.options);
        command.addAll(List.of("--image-opts", image));
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IOException("qemu-nbd cannot be run: install qemu-utils", e);
        }
    }

    private static NbdConnection greet(SocketChannel channel) throws IOException {
        try {
            return new NbdConnection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel connect(Process process, Path socket, CompletableFuture<String> errors)
            throws IOException {
        var end = System.nanoTime() + START_LIMIT.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            if (Files.exists(socket)) {
                var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.connect(UnixDomainSocketAddress.of(socket));
                    return channel;
                } catch (IOException e) {
                    // It is there before somebody listens.
                    LOG.debugf("qemu-nbd does not listen yet: %s", e.getMessage());
                    channel.close();
                }
            }
            await(process, PAUSE);
        }
        if (process.isAlive()) {
            throw new IOException("a disk was not opened within " + START_LIMIT);
        }
        throw new IOException("a disk cannot be opened: " + errors.join());
    }

    /** Whether the process ended within that time. */
    private static boolean await(Process process, Duration time) throws IOException {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a disk was opened or closed");
        }
    }

    private static String words(Process process) {
        try (var stream = process.getErrorStream()) {
            var said = new String(stream.readNBytes(LONGEST_MESSAGE), StandardCharsets.UTF_8).strip();
            stream.transferTo(OutputStream.nullOutputStream());
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How large the disk is. */
    public long sizeBytes() {
        return connection.sizeBytes();
    }

    /** What is done with the connection. */
    @FunctionalInterface
    private interface Request {
        void run() throws IOException;
    }

    private synchronized void ask(Request request) throws IOException {
        var watch = Thread.ofVirtual().name("disk-watch").start(this::giveUp);
        try {
            request.run();
        } finally {
            watch.interrupt();
        }
    }

    /** Ends what serves the disk unless it answers in time, so that who waits for it hears of that. */
    private void giveUp() {
        try {
            Thread.sleep(ANSWER_LIMIT);
            LOG.warnf("a disk did not answer within %s: it is given up for now", ANSWER_LIMIT);
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fills what remains of {@code into} with what lies at {@code offset}, bytes, and behind it. */
    public void read(long offset, ByteBuffer into) throws IOException {
        ask(() -> connection.read(offset, into));
    }

    /** Writes what remains of {@code from} at {@code offset}, bytes, and behind it. */
    public void write(long offset, ByteBuffer from) throws IOException {
        ask(() -> connection.write(offset, from));
    }

    /** Lets that many bytes at {@code offset} and behind it read as zeros, which take no room where that is possible. */
    public void writeZeroes(long offset, long bytes) throws IOException {
        ask(() -> connection.writeZeroes(offset, bytes));
    }

    /** Returns when what was written is durable. */
    public void flush() throws IOException {
        ask(connection::flush);
    }

    /** Closes the disk; nothing has it open any more when this returns. What was not flushed may be lost. */
    @Override
    public synchronized void close() throws IOException {
        try {
            connection.close();
            await(process, END_LIMIT);
        } catch (IOException e) {
            LOG.debug("qemu-nbd had gone before it was told to", e);
        } finally {
            process.destroyForcibly();
            await(process, END_LIMIT);
            Files.deleteIfExists(socket);
        }
    }
}
