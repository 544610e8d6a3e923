package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The files of one image that arrives, by which the Node Controller and the process that serves it know of each other. It is
 * there from the first wish until the image is whole and nobody reads it through that process any more.
 */
public record ArrivalFolder(Path path) {
    /** Enough of the hash to tell images apart, and few enough for the path of a socket (107 bytes; unix(7)). */
    private static final int NAME_DIGITS = 24;

    private static final int LONGEST_SOCKET_PATH = 107;

    /** Where the image with this hash arrives; nothing is made. */
    public static ArrivalFolder of(Path arrivals, String sha256) {
        return new ArrivalFolder(arrivals.resolve(sha256.substring(0, NAME_DIGITS)));
    }

    /** Makes it; only its owner can look into it, and others can reach the socket by its name. */
    public void create() throws IOException {
        if (socket().toString().length() > LONGEST_SOCKET_PATH) {
            throw new IOException(
                    "the path of the data folder is too long for sockets: move the cloud to a shorter one");
        }
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** The image's bytes as far as they are here, with holes elsewhere; gone once the image is in the cache. */
    public Path bytes() {
        return path.resolve("bytes");
    }

    /** Which blocks of {@link #bytes} are here. */
    Path map() {
        return path.resolve("map");
    }

    /** What is to be served; see {@link Order}. */
    Path order() {
        return path.resolve("order");
    }

    /** The address of the image, which may grant access: for its owner's eyes only. */
    Path source() {
        return path.resolve("source");
    }

    /** The authority that the store's certificate must be of; absent when public ones are trusted. */
    Path authority() {
        return path.resolve("authority.der");
    }

    /** Hosts that may give the image as well; see {@link PeerOffer}. Its owner's alone, for the ticket's sake. */
    Path peers() {
        return path.resolve("peers");
    }

    /** The folder of this host's certificate, with which it proves itself to those hosts. */
    Path identity() {
        return path.resolve("identity");
    }

    /** Hosts that gave bytes for an image that came out wrong, by their ids, one a line; absent without any. */
    Path distrusted() {
        return path.resolve("distrusted");
    }

    /** Where QEMU connects. There once the head of the image is here. */
    public Path socket() {
        return path.resolve("nbd");
    }

    /** How it stands; see {@link Standing}. */
    Path standing() {
        return path.resolve("standing");
    }

    /** Held by the process as long as it lives. */
    Path lock() {
        return path.resolve("lock");
    }

    /** Of the process. */
    public Path pid() {
        return path.resolve("pid");
    }

    /** What the process said. */
    public Path log() {
        return path.resolve("log");
    }

    /** Tells the process where to fetch from; it looks there when the address that it has is refused. */
    public void tellSource(String url) throws IOException {
        if (!url.equals(read(source()).orElse(""))) {
            replace(source(), url.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Tells the process whose certificates to trust: a certificate in DER. */
    public void tellAuthority(byte[] certificate) throws IOException {
        replace(authority(), certificate);
    }

    /** Tells the process where this host's certificate and key lie; they are read when they are needed. */
    public void tellIdentity(Path certificate) throws IOException {
        replace(identity(), certificate.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The hosts that {@link #distrusted} names. */
    public List<String> distrustedHosts() throws IOException {
        return read(distrusted()).map(text -> text.lines().toList()).orElse(List.of());
    }

    static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Replaces a file at one moment by one that survives a power cut and that only its owner can read. */
    static void replace(Path file, byte[] content) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            var bytes = java.nio.ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes it with all that is in it. */
    public void remove() throws IOException {
        if (!Files.isDirectory(path)) {
            return;
        }
        try (var files = Files.list(path)) {
            for (var each : files.toList()) {
                Files.deleteIfExists(each);
            }
        }
        Files.deleteIfExists(path);
    }
}
