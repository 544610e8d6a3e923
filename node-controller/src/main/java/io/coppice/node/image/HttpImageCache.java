package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.QcowHeader;
import io.coppice.node.image.share.HeldImage;
import io.coppice.node.image.share.HeldImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Images in a folder, each named by the SHA-256 of its bytes and read-only. A file has its final name only when all its
 * bytes were checked, so what is there is right. A file's time of change is its last use. Several wishes for one image wait
 * for one download; an interrupted one is resumed.
 */
public final class HttpImageCache implements ImageCache, HeldImages {
    private static final Logger LOG = Logger.getLogger(HttpImageCache.class);
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final String PARTIAL = ".part";
    /** An image that was just fetched has no disk yet: it is not taken away under the instance that waits for it. */
    private static final Duration KEPT_AFTER_USE = Duration.ofMinutes(10);

    private final Path folder;
    private final Limits limits;
    private final InUse inUse;
    private final Downloader downloader;
    private final Arrivals arrivals;
    private final Clock clock;
    private final Map<String, SharedDownload> downloads = new ConcurrentHashMap<>();

    /**
     * How much room there is.
     *
     * @param maximumBytes what images may take; unused ones go first, least recently used before others
     * @param reserveBytes what they leave free on the file system
     */
    public record Limits(long maximumBytes, long reserveBytes) {}

    /**
     * A cache in {@code folder}.
     *
     * @param inUse tells which images disks are based on; those stay
     * @param arrivals brings those here that guests boot from meanwhile
     */
    public HttpImageCache(
            Path folder, Limits limits, InUse inUse, Downloader downloader, Arrivals arrivals, Clock clock)
            throws IOException {
        this.folder = Files.createDirectories(folder).toRealPath();
        this.limits = limits;
        this.inUse = inUse;
        this.downloader = downloader;
        this.arrivals = arrivals;
        this.clock = clock;
    }

    @Override
    public CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        requireHash(image);
        var hit = cached(image);
        if (hit != null) {
            progress.accept(100);
            return hit;
        }
        var download = downloads.computeIfAbsent(
                image.sha256(),
                ignored -> new SharedDownload(image.sizeBytes(), all -> {
                    try {
                        var present = cached(image);
                        return present == null ? download(image, all) : present;
                    } finally {
                        downloads.remove(image.sha256());
                    }
                }));
        download.watch(progress);
        try {
            return download.result();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    @Override
    public CachedBase fetchToBoot(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        requireHash(image);
        if (cached(image) != null || downloads.containsKey(image.sha256()) || !arrivals.takes(image)) {
            return fetch(image, progress);
        }
        if (arrivals.arrival(image.sha256()) == Arrival.NONE) {
            makeRoom(image.sizeBytes());
        }
        return arrivals.begin(image, folder.resolve(image.sha256()), progress);
    }

    @Override
    public Optional<HeldImage> hold(String sha256) throws IOException {
        if (!SHA256.matcher(sha256).matches()) {
            return Optional.empty();
        }
        var whole = HeldImage.whole(folder.resolve(sha256));
        if (whole.isPresent()) {
            return whole;
        }
        var download = downloads.get(sha256);
        return download == null
                ? arrivals.hold(sha256)
                : HeldImage.growing(folder.resolve(sha256 + PARTIAL), download.sizeBytes());
    }

    @Override
    public Map<String, Integer> coming() {
        var coming = new HashMap<>(arrivals.coming());
        downloads.forEach((sha256, download) -> coming.put(sha256, download.percent()));
        return coming;
    }

    @Override
    public Arrival arrival(String sha256) throws IOException {
        return SHA256.matcher(sha256).matches() ? arrivals.arrival(sha256) : Arrival.NONE;
    }

    @Override
    public void renew(ImageSpec image) throws IOException {
        requireHash(image);
        arrivals.renew(image);
    }

    @Override
    public void close() {
        arrivals.close();
    }

    private static void requireHash(ImageSpec image) throws ImageUnavailableException {
        if (!SHA256.matcher(image.sha256()).matches()) {
            throw new ImageUnavailableException("the image's hash is no SHA-256 in lower-case hexadecimal", false);
        }
    }

    private static IOException unwrapped(ExecutionException e) {
        return switch (e.getCause()) {
            case ImageUnavailableException cause ->
                new ImageUnavailableException(String.valueOf(cause.getMessage()), cause.worthRetrying(), cause);
            case FileSystemException cause -> cause;
            case null -> new IOException("the image could not be fetched", e);
            case Throwable cause -> new IOException("the image could not be fetched: " + cause.getMessage(), cause);
        };
    }

    private @Nullable CachedBase cached(ImageSpec image) throws IOException {
        var file = folder.resolve(image.sha256());
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        return new CachedBase(image.sha256(), file, image.format());
    }

    private CachedBase download(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        var file = folder.resolve(image.sha256());
        var partial = folder.resolve(image.sha256() + PARTIAL);
        makeRoom(image.sizeBytes());
        downloader.download(image, partial, progress);
        checkFormat(image, partial);
        Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("r--r--r--"));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        Downloader.makeDurable(folder);
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        LOG.infof("image %s is here, %d bytes", image.sha256(), image.sizeBytes());
        return new CachedBase(image.sha256(), file, image.format());
    }

    /** An image that names other files would make QEMU open them with this host's rights. */
    private static void checkFormat(ImageSpec image, Path file) throws IOException {
        if (!image.format().equals("qcow2")) {
            return;
        }
        var refusal = refusalOf(QcowHeader.read(file));
        if (refusal.isPresent()) {
            Files.deleteIfExists(file);
            throw new ImageUnavailableException(refusal.get(), false);
        }
    }

    /** Why no guest may have an image with this header; empty when it may. */
    static Optional<String> refusalOf(Optional<QcowHeader> header) {
        if (header.isEmpty()) {
            return Optional.of("the image is not a qcow2 file");
        }
        return header.get().backingFile().isPresent() || header.get().externalData()
                ? Optional.of(
                        "the image refers to another file, which is not allowed: flatten it with qemu-img convert")
                : Optional.empty();
    }

    private void makeRoom(long neededBytes) throws IOException {
        var unused = unusedOldestFirst();
        for (var file : unused) {
            if (sizeBytes() + neededBytes <= limits.maximumBytes() && isFree(neededBytes)) {
                return;
            }
            LOG.infof("image %s goes: no disk needs it and its space is wanted", file.getFileName());
            Files.deleteIfExists(file);
        }
        if (!isFree(neededBytes)) {
            throw new FileSystemException(
                    folder.toString(), null, "no space for an image of %d bytes".formatted(neededBytes));
        }
        if (sizeBytes() + neededBytes > limits.maximumBytes()) {
            throw new FileSystemException(
                    folder.toString(),
                    null,
                    "the image cache is full of images that are in use: raise coppice.node.image-cache-gib");
        }
    }

    private boolean isFree(long neededBytes) {
        return folder.toFile().getUsableSpace() - limits.reserveBytes() >= neededBytes;
    }

    private List<Path> unusedOldestFirst() throws IOException {
        var used = inUse.imageNames();
        var newest = clock.instant().minus(KEPT_AFTER_USE);
        var unused = new ArrayList<Path>();
        for (var file : images()) {
            var lastUse = Files.getLastModifiedTime(file).toInstant();
            if (!used.contains(file.getFileName().toString()) && lastUse.isBefore(newest)) {
                unused.add(file);
            }
        }
        unused.sort(Comparator.comparing(HttpImageCache::lastUse));
        return unused;
    }

    @Override
    public List<String> cached(int limit) {
        try {
            return images().stream()
                    .sorted(Comparator.comparing(HttpImageCache::lastUse).reversed())
                    .limit(limit)
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long sizeBytes() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum() + arrivals.sizeBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> images() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file ->
                            SHA256.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    private static FileTime lastUse(Path file) {
        return FileTime.fromMillis(file.toFile().lastModified());
    }

    /** Tells which images must stay. */
    @FunctionalInterface
    public interface InUse {
        /** File names of cached images that some disk reads from. */
        Set<String> imageNames() throws IOException;
    }
}
