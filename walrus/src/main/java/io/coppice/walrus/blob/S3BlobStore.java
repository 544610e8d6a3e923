package io.coppice.walrus.blob;

import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Blobs as objects of a bucket in another S3 store, each put by one request, so that it is there as a whole or not at all. A
 * blob waits in a local file until it is whole; that file needs no sync, since only the other store's answer makes it count.
 * Thread-safe.
 */
public final class S3BlobStore implements BlobStore, AutoCloseable {
    /** The most that S3 takes by one request. */
    private static final long MAX_BYTES = 5L * 1024 * 1024 * 1024;

    private static final Set<String> ABSENT = Set.of("NoSuchKey", "NoSuchObject");

    private final MinioClient remote;
    private final Place place;
    private final Path incoming;
    private final FileStore disk;
    private final long reserveBytes;

    /**
     * Where the bucket is.
     *
     * @param endpoint scheme and authority
     * @param region as signatures name it
     * @param bucket name of the bucket, which holds nothing else under the prefix
     * @param prefix what keys begin with, for example {@code walrus/}; may be empty
     */
    public record Place(String endpoint, String region, String bucket, String prefix) {}

    /** With what the other store is asked. */
    public record Credentials(String accessKeyId, String secretAccessKey) {
        /** Without the secret. */
        @Override
        public String toString() {
            return "Credentials[" + accessKeyId + "]";
        }
    }

    /**
     * Opens the store, and makes the bucket where there is none.
     *
     * @param folder where blobs wait until they are whole
     * @param reserveBytes bytes of that folder's file system that are never used
     * @param limit how long the other store may be silent
     */
    public static S3BlobStore open(Place place, Credentials credentials, Path folder, long reserveBytes, Duration limit)
            throws IOException {
        var remote = MinioClient.builder()
                .endpoint(place.endpoint())
                .region(place.region())
                .credentials(credentials.accessKeyId(), credentials.secretAccessKey())
                .build();
        remote.setTimeout(limit.toMillis(), limit.toMillis(), limit.toMillis());
        ask("the bucket " + place.bucket() + " at " + place.endpoint() + " cannot be used", () -> {
            if (!remote.bucketExists(
                    BucketExistsArgs.builder().bucket(place.bucket()).build())) {
                remote.makeBucket(
                        MakeBucketArgs.builder().bucket(place.bucket()).build());
            }
            return true;
        });
        return new S3BlobStore(remote, place, Files.createDirectories(folder.resolve("outgoing")), reserveBytes);
    }

    private S3BlobStore(MinioClient remote, Place place, Path incoming, long reserveBytes) throws IOException {
        this.remote = remote;
        this.place = place;
        this.incoming = incoming;
        this.disk = Files.getFileStore(incoming);
        this.reserveBytes = reserveBytes;
    }

    @Override
    public BlobWriter begin(long expectedBytes) throws IOException {
        if (freeBytes() < Math.max(1, expectedBytes) || expectedBytes > MAX_BYTES) {
            throw new InsufficientSpaceException(
                    "no room for " + expectedBytes + " bytes in " + incoming + ", where they wait to be sent");
        }
        return new Writer(BlobId.random());
    }

    @Override
    public ReadableByteChannel open(BlobId id, long offset, long lengthBytes) throws IOException {
        return ask("blob " + id + " cannot be read", () -> {
            if (lengthBytes == 0) {
                remote.statObject(StatObjectArgs.builder()
                        .bucket(place.bucket())
                        .object(key(id))
                        .build());
                return Channels.newChannel(InputStream.nullInputStream());
            }
            return Channels.newChannel(remote.getObject(GetObjectArgs.builder()
                    .bucket(place.bucket())
                    .object(key(id))
                    .offset(offset)
                    .length(lengthBytes)
                    .build()));
        });
    }

    /** Always empty: the bytes are elsewhere. */
    @Override
    public Optional<Path> file(BlobId id) {
        return Optional.empty();
    }

    @Override
    public boolean delete(BlobId id) throws IOException {
        try {
            return ask("blob " + id + " cannot be removed", () -> {
                remote.statObject(StatObjectArgs.builder()
                        .bucket(place.bucket())
                        .object(key(id))
                        .build());
                remote.removeObject(RemoveObjectArgs.builder()
                        .bucket(place.bucket())
                        .object(key(id))
                        .build());
                return true;
            });
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void scan(Instant cutoff, Consumer<BlobId> visitor) throws IOException {
        var objects = remote.listObjects(ListObjectsArgs.builder()
                .bucket(place.bucket())
                .prefix(place.prefix())
                .recursive(true)
                .build());
        for (var each : objects) {
            var object = ask("the blobs in " + place.bucket() + " cannot be listed", each::get);
            if (object.lastModified().toInstant().isBefore(cutoff)) {
                visitor.accept(BlobId.parse(
                        object.objectName().substring(object.objectName().lastIndexOf('/') + 1)));
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

    private static boolean isOlder(Path file, Instant cutoff) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(cutoff);
        } catch (NoSuchFileException e) {
            // Sent since the folder was listed.
            return false;
        }
    }

    /** What can still wait to be sent; how much room the other store has it does not tell. */
    @Override
    public long freeBytes() throws IOException {
        return Math.max(0, disk.getUsableSpace() - reserveBytes);
    }

    /** Lets go of connections. */
    @Override
    public void close() throws IOException {
        try {
            remote.close();
        } catch (Exception e) {
            // Declared by AutoCloseable: whatever it is, the connections are of no use any more.
            throw new IOException("the connections to " + place.endpoint() + " cannot be closed: " + e.getMessage(), e);
        }
    }

    /** Spread over prefixes, which some stores serve apart from each other. */
    private String key(BlobId id) {
        return place.prefix() + id.toString().substring(0, 2) + "/" + id;
    }

    private static boolean isAbsent(MinioException e) {
        return e instanceof ErrorResponseException answered
                && ABSENT.contains(answered.errorResponse().code());
    }

    /** A question to the other store. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws MinioException, IOException;
    }

    /**
     * Asks; throws {@link NoSuchFileException} when there is no such blob. Whatever else goes wrong, the store cannot be used
     * now and may be again later: a broken connection, which the SDK wraps into an exception of its own, and a refusal alike.
     */
    private static <T> T ask(String failure, Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (MinioException e) {
            if (isAbsent(e)) {
                throw new NoSuchFileException(failure);
            }
            throw new StoreUnavailableException(failure + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException broken) {
                throw new StoreUnavailableException(failure + ": " + broken.getMessage(), broken);
            }
            throw e;
        }
    }

    private final class Writer implements BlobWriter {
        private final BlobId id;
        private final Path file;
        private final FileChannel channel;
        private long written;

        private Writer(BlobId id) throws IOException {
            this.id = id;
            this.file = incoming.resolve(id.toString());
            this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            if (written + bytes.remaining() > MAX_BYTES) {
                throw new InsufficientSpaceException("a blob can have " + MAX_BYTES + " bytes at most");
            }
            try {
                while (bytes.hasRemaining()) {
                    written += channel.write(bytes);
                }
            } catch (IOException e) {
                throw freeBytes() == 0
                        ? new InsufficientSpaceException("the file system of " + incoming + " is full", e)
                        : e;
            }
        }

        @Override
        public StoredBlob commit() throws IOException {
            channel.close();
            ask(
                    "blob " + id + " cannot be put into " + place.bucket(),
                    () -> remote.uploadObject(UploadObjectArgs.builder()
                            .bucket(place.bucket())
                            .object(key(id))
                            .filename(file.toString(), MAX_BYTES)
                            .build()));
            Files.deleteIfExists(file);
            return new StoredBlob(id, written);
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(file);
        }
    }
}
