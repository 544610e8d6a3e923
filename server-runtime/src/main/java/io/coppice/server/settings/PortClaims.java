package io.coppice.server.settings;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * TCP ports that a program has chosen and does not listen on yet. Clouds of one user that are raised at the same moment
 * tell each other by locks on one file, the byte at the port's number; the operating system takes them back when the
 * program ends, however it ends. Thread-safe.
 */
public final class PortClaims implements AutoCloseable {
    private static final String FILE = "ports.lock";

    private final FileChannel file;

    private PortClaims(FileChannel file) {
        this.file = file;
    }

    /** Claims that hold until they are closed, among all who name the same folder. */
    public static PortClaims in(Path folder) {
        try {
            Files.createDirectories(folder);
            return new PortClaims(
                    FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot write to " + folder + ": " + e.getMessage(),
                    "Make the folder writable, or name another cache with XDG_CACHE_HOME.",
                    e);
        }
    }

    /** Whether the port is the caller's now; false when another claims it, in this program or beyond. */
    boolean claim(int port) {
        try {
            return file.tryLock(port, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock port " + port + " against other programs", e);
        }
    }

    /**
     * Claims what a cloud has chosen long ago, so that none that is raised meanwhile gets it. What another claims already is left
     * to it: who listens there is told when the cloud tries to.
     */
    public void claimAll(Settings settings) {
        settings.listensOn().forEach(key -> claim(settings.endpoint(key).port()));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give claimed ports back", e);
        }
    }
}
