package io.coppice.walrus.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * Blobs as files: {@code blobs/ab/<id>}, written under {@code incoming/}, renamed, and then synced with their folder before
 * a commit returns. The name comes before the sync, so that a journaling file system makes bytes and name durable by one
 * commit of its journal; what a power cut leaves between the two is a blob that no row knows, which is collected as such.
 * The folders are made once, since each new one costs syncs of its own. Thread-safe.
 */
public final class LocalBlobStore implements BlobStore {
    private static final Logger LOG = Logger.getLogger(LocalBlobStore.class);
    private static final int SYNC_EVERY_BYTES = 64 * 1024 * 1024;
    private static final int LEAST_ROOM_BYTES = 1024 * 1024;
    private static final int FOLDERS = 256;

    private final Path blobs;
    private final Path incoming;
    private final long reserveBytes;
    /** Looked up once: to find it costs more than to ask it. */
    private final FileStore disk;

    /**
     * Opens the store in {@code folder} and makes it when it is new.
     *
     * @param reserveBytes bytes of the file system that are never used, so that the database and logs live on
     */
    public LocalBlobStore(Path folder, long reserveBytes) throws IOException {
        this.blobs = Files.createDirectories(folder.resolve("blobs"));
        this.incoming = Files.createDirectories(folder.resolve("incoming"));
        this.reserveBytes = reserveBytes;
        this.disk = Files.getFileStore(blobs);
        makeFolders();
    }

    /** All folders that ids begin with; what an older version laid into folders within them is brought up. */
    private void makeFolders() throws IOException {
        for (int i = 0; i < FOLDERS; i++) {
            var folder = blobs.resolve(HexFormat.of().toHexDigits((byte) i));
            if (Files.isDirectory(folder)) {
                flatten(folder);
            } else {
                Files.createDirectory(folder);
            }
        }
        sync(blobs);
    }

    private static void flatten(Path folder) throws IOException {
        try (var inner = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (var old : inner) {
                try (var files = Files.newDirectoryStream(old)) {
                    for (var file : files) {
                        Files.move(file, folder.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
                    }
                }
                sync(folder);
                Files.delete(old);
            }
        }
    }

    @Override
    public BlobWriter begin(long expectedBytes) throws IOException {
        if (freeBytes() < Math.max(1, expectedBytes)) {
            throw new InsufficientSpaceException("no room for " + expectedBytes + " bytes in " + blobs);
        }
        try {
            return new Writer(BlobId.random());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public ReadableByteChannel open(BlobId id, long offset, long lengthBytes) throws IOException {
        return new BoundedChannel(
                FileChannel.open(path(id), StandardOpenOption.READ).position(offset), lengthBytes);
    }

    @Override
    public Optional<Path> file(BlobId id) {
        return Optional.of(path(id));
    }

    @Override
    public boolean delete(BlobId id) throws IOException {
        return Files.deleteIfExists(path(id));
    }

    @Override
    public void scan(Instant cutoff, Consumer<BlobId> visitor) throws IOException {
        try (var folders = Files.newDirectoryStream(blobs)) {
            for (var folder : folders) {
                scanFolder(folder, cutoff, visitor);
            }
        }
    }

    @Override
    public int removeAbandoned(Instant cutoff) throws IOException {
        var removed = 0;
        try (var files = Files.newDirectoryStream(incoming)) {
            for (var file : files) {
                if (isOlder(file, cutoff) && Files.deleteIfExists(file)) {
                    removed++;
                }
            }
        }
        return removed;
    }

    @Override
    public long freeBytes() throws IOException {
        return Math.max(0, disk.getUsableSpace() - reserveBytes);
    }

    /** What a failed write means to the caller. */
    private IOException failure(IOException cause) throws IOException {
        return disk.getUsableSpace() < LEAST_ROOM_BYTES
                ? new InsufficientSpaceException("the file system of " + blobs + " is full", cause)
                : new StoreUnavailableException(blobs + " cannot be written: " + cause.getMessage(), cause);
    }

    private static void scanFolder(Path folder, Instant cutoff, Consumer<BlobId> visitor) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (isOlder(file, cutoff)) {
                    visitor.accept(BlobId.parse(file.getFileName().toString()));
                }
            }
        }
    }

    private static boolean isOlder(Path file, Instant cutoff) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(cutoff);
        } catch (NoSuchFileException e) {
            // Finished or removed since the folder was listed.
            return false;
        }
    }

    private Path folder(BlobId id) {
        return blobs.resolve(id.toString().substring(0, 2));
    }

    private Path path(BlobId id) {
        return folder(id).resolve(id.toString());
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private final class Writer implements BlobWriter {
        private final BlobId id;
        private final FileChannel channel;
        private final CRC32C checksum = new CRC32C();
        private long written;
        private long synced;
        /** Where the bytes are. */
        private Path file;

        private boolean committed;

        private Writer(BlobId id) throws IOException {
            this.id = id;
            this.file = incoming.resolve(id.toString());
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            checksum.update(bytes.duplicate());
            try {
                while (bytes.hasRemaining()) {
                    written += channel.write(bytes);
                }
                // A long blob is synced as it comes, so that the last sync is short.
                if (written - synced >= SYNC_EVERY_BYTES) {
                    channel.force(false);
                    synced = written;
                }
            } catch (IOException e) {
                throw failure(e);
            }
        }

        @Override
        public StoredBlob commit() throws IOException {
            try {
                Files.move(file, path(id), StandardCopyOption.ATOMIC_MOVE);
                file = path(id);
                channel.force(false);
                sync(folder(id));
                committed = true;
                channel.close();
            } catch (IOException e) {
                throw failure(e);
            }
            return new StoredBlob(id, written, checksum.getValue());
        }

        @Override
        public void close() throws IOException {
            if (committed) {
                return;
            }
            channel.close();
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // The disk that failed before may fail again: what is left is removed as abandoned later.
                LOG.debugf("%s is left behind: %s", file, e.getMessage());
            }
        }
    }

    /** Ends after so many bytes. */
    private static final class BoundedChannel implements ReadableByteChannel {
        private final FileChannel channel;
        private long remaining;

        private BoundedChannel(FileChannel channel, long lengthBytes) {
            this.channel = channel;
            this.remaining = lengthBytes;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            if (remaining == 0) {
                return -1;
            }
            var limit = target.limit();
            if (target.remaining() > remaining) {
                target.limit(target.position() + (int) remaining);
            }
            try {
                var count = channel.read(target);
                remaining -= Math.max(0, count);
                return count;
            } finally {
                target.limit(limit);
            }
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
