package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.disk.DiskStore.ServedBase;
import io.coppice.node.disk.QcowHeader;
import io.coppice.node.image.ImageCache.Arrival;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.ArrivalFolder;
import io.coppice.node.image.serve.ArrivedBlocks;
import io.coppice.node.image.serve.Order;
import io.coppice.node.image.serve.Standing;
import io.coppice.node.image.share.HeldImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/**
 * Images that guests boot from while they still arrive. Each is served by a process of its own, which fetches what guests
 * ask for first, brings the rest here behind it, and puts the whole, once checked, into the cache. This starts those
 * processes, starts them again when they die, and ends them when nobody wants their image. Thread-safe.
 */
public final class Arrivals implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Arrivals.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration POLL_EVERY = Duration.ofMillis(20);
    private static final int EXPORT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Settings settings;
    private final HttpImageCache.InUse inUse;
    /** When somebody last wanted an image, by its folder; {@link System#nanoTime}. */
    private final Map<Path, Long> wanted = new ConcurrentHashMap<>();

    /** Processes that this one started: they take a moment to write down their ids. */
    private final Map<Path, Process> started = new ConcurrentHashMap<>();

    /** Held while a process is started, ended or replaced. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Thread looking;

    /**
     * How images arrive.
     *
     * @param folder of arrivals, on the file system of the cache
     * @param aboveBytes images of more bytes are booted from while they arrive; {@link Long#MAX_VALUE} for none
     * @param atOnce the most of them; further ones are fetched first
     * @param startLimit how long the head of an image may take
     * @param unwantedLimit how long an image goes on to arrive that no disk reads from
     * @param bytesPerSecond the most that each of them takes of the network; 0 for no limit
     * @param authority whose certificates stores must have, in DER; empty for public ones
     * @param peers other hosts that are asked; empty when none is
     */
    public record Settings(
            Path folder,
            long aboveBytes,
            int atOnce,
            Duration startLimit,
            Duration unwantedLimit,
            long bytesPerSecond,
            Optional<byte[]> authority,
            Optional<ImagePeers> peers) {
        /** One that asks the images' stores alone. */
        public Settings(
                Path folder,
                long aboveBytes,
                int atOnce,
                Duration startLimit,
                Duration unwantedLimit,
                long bytesPerSecond,
                Optional<byte[]> authority) {
            this(folder, aboveBytes, atOnce, startLimit, unwantedLimit, bytesPerSecond, authority, Optional.empty());
        }
    }

    /** Goes on with what arrives already. */
    public Arrivals(Settings settings, HttpImageCache.InUse inUse) throws IOException {
        this.settings = settings;
        this.inUse = inUse;
        Files.createDirectories(settings.folder());
        this.looking = Thread.ofVirtual().name("arrivals").start(this::keepLooking);
    }

    /** Whether this image is to be booted from while it arrives. */
    boolean takes(ImageSpec image) throws IOException {
        return Order.in(folder(image.sha256())).isPresent()
                || (image.sizeBytes() > settings.aboveBytes() && folders().size() < settings.atOnce());
    }

    private ArrivalFolder folder(String sha256) {
        return ArrivalFolder.of(settings.folder(), sha256);
    }

    /**
     * The image, once guests can boot from it. Throws {@link ImageUnavailableException} when its head does not come in time,
     * is that of no image that guests may have, or all of it came and was wrong.
     *
     * @param target where the whole will be
     */
    CachedBase begin(ImageSpec image, Path target, IntConsumer progress) throws IOException, InterruptedException {
        var folder = folder(image.sha256());
        wanted.put(folder.path(), System.nanoTime());
        var order = order(image, folder, target);
        renew(image);
        var standing = awaitHead(folder);
        var header = image.format().equals("qcow2") ? checkHead(folder, target) : Optional.<QcowHeader>empty();
        progress.accept(standing);
        var virtualSize = header.map(QcowHeader::virtualSizeBytes).orElse(image.sizeBytes());
        var served = new ServedBase(folder.socket().toString(), order.export(), virtualSize);
        return new CachedBase(image.sha256(), target, image.format(), Optional.of(served));
    }

    private Order order(ImageSpec image, ArrivalFolder folder, Path target) throws IOException {
        lock.lock();
        try {
            var present = Order.in(folder);
            if (present.isPresent()) {
                if (!present.get().sha256().equals(image.sha256())) {
                    throw new ImageUnavailableException("another image with a like hash arrives", true);
                }
                return present.get();
            }
            var export = new byte[EXPORT_BYTES];
            RANDOM.nextBytes(export);
            var order = new Order(
                    image.sha256(),
                    image.sizeBytes(),
                    image.format(),
                    HexFormat.of().formatHex(export),
                    target,
                    settings.bytesPerSecond());
            folder.create();
            if (settings.authority().isPresent()) {
                folder.tellAuthority(settings.authority().get());
            }
            folder.tellSource(image.url().toString());
            if (settings.peers().isPresent()) {
                folder.tellIdentity(settings.peers().get().settings().certificateFolder());
            }
            order.write(folder);
            start(folder);
            LOG.infof("image %s arrives, %d bytes; guests boot from it meanwhile", image.sha256(), image.sizeBytes());
            return order;
        } finally {
            lock.unlock();
        }
    }

    private void start(ArrivalFolder folder) throws IOException {
        started.put(folder.path(), new ImageServerProcess(folder).start());
    }

    private boolean isRunning(ArrivalFolder folder) throws IOException {
        var ours = started.get(folder.path());
        return (ours != null && ours.isAlive())
                || new ImageServerProcess(folder).find().isPresent();
    }

    /** Returns the percentage that is here. */
    private int awaitHead(ArrivalFolder folder) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + settings.startLimit().toNanos();
        while (true) {
            var standing = Standing.in(folder);
            if (standing.isPresent() && standing.get().kind() == Standing.Kind.REFUSED) {
                throw new ImageUnavailableException(
                        "the image's bytes are not those that were registered: "
                                + standing.get().words(),
                        false);
            }
            if (Files.exists(folder.socket())) {
                return standing.map(Standing::percent).orElse(0);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new ImageUnavailableException(
                        "the image's first bytes do not come: "
                                + standing.map(Standing::words).orElse("the process that fetches them does not start"),
                        true);
            }
            Thread.sleep(POLL_EVERY);
        }
    }

    /** Before QEMU sees it; what is read here is what it will read. */
    private Optional<QcowHeader> checkHead(ArrivalFolder folder, Path target) throws IOException {
        var head = Files.exists(folder.bytes()) ? folder.bytes() : target;
        var refusal = HttpImageCache.refusalOf(QcowHeader.read(head));
        if (refusal.isPresent()) {
            forget(folder);
            throw new ImageUnavailableException(refusal.get(), false);
        }
        return QcowHeader.read(head);
    }

    /** A fresh address, and other hosts to ask, for an image that arrives; does nothing for others, or without one. */
    void renew(ImageSpec image) throws IOException {
        var folder = folder(image.sha256());
        if (!image.url().toString().isEmpty() && Order.in(folder).isPresent()) {
            folder.tellSource(image.url().toString());
            // That nobody is named says nothing of those who were named before.
            if (settings.peers().isPresent() && !image.peers().peers().isEmpty()) {
                settings.peers().get().trusted(image.peers()).write(folder);
            }
        }
    }

    /** The image with this hash as far as it is here, for another host; empty for others. */
    Optional<HeldImage> hold(String sha256) throws IOException {
        var order = Order.in(folder(sha256));
        return order.isPresent() && order.get().sha256().equals(sha256)
                ? hold(folder(sha256), order.get())
                : Optional.empty();
    }

    private static Optional<HeldImage> hold(ArrivalFolder folder, Order order) throws IOException {
        return HeldImage.open(folder.bytes(), order.sizeBytes(), from -> ArrivedBlocks.reach(folder, order, from));
    }

    /** Images that arrive, with the percentage that is here. */
    Map<String, Integer> coming() {
        var coming = new HashMap<String, Integer>();
        try {
            for (var folder : folders()) {
                var order = Order.in(folder);
                if (order.isPresent() && !Files.exists(order.get().target())) {
                    coming.put(
                            order.get().sha256(),
                            Standing.in(folder).map(Standing::percent).orElse(0));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return coming;
    }

    /** How the image with this hash stands. */
    Arrival arrival(String sha256) throws IOException {
        var folder = folder(sha256);
        if (Order.in(folder).isEmpty()) {
            return Arrival.NONE;
        }
        return Standing.in(folder)
                .map(standing -> switch (standing.kind()) {
                    case ARRIVING, WAITING -> Arrival.COMING;
                    case EXPIRED -> Arrival.WAITS_FOR_ADDRESS;
                    case WHOLE -> Arrival.NONE;
                    case REFUSED -> Arrival.REFUSED;
                })
                .orElse(Arrival.COMING);
    }

    /** Bytes that images take, or will take, before they are in the cache. */
    long sizeBytes() throws IOException {
        var sum = 0L;
        for (var folder : folders()) {
            sum += Files.exists(folder.bytes()) ? Files.size(folder.bytes()) : 0;
        }
        return sum;
    }

    private List<ArrivalFolder> folders() throws IOException {
        try (var found = Files.list(settings.folder())) {
            return found.filter(Files::isDirectory).map(ArrivalFolder::new).toList();
        }
    }

    private void keepLooking() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                try {
                    look();
                } catch (IOException | UncheckedIOException e) {
                    LOG.warnf(e, "images that arrive could not be looked at; tried again");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts what has died, and ends what nobody wants. */
    private void look() throws IOException {
        var folders = folders();
        if (folders.isEmpty()) {
            return;
        }
        var used = inUse.imageNames();
        for (var folder : folders) {
            lock.lock();
            try {
                look(folder, used);
            } finally {
                lock.unlock();
            }
        }
    }

    private void look(ArrivalFolder folder, java.util.Set<String> used) throws IOException {
        var order = Order.in(folder);
        var running = isRunning(folder);
        if (order.isEmpty()) {
            // Left by a start that was cut off, or by the end of a process that this look meets.
            if (!running) {
                folder.remove();
                started.remove(folder.path());
            }
            return;
        }
        if (settings.peers().isPresent()) {
            settings.peers().get().distrust(folder.distrustedHosts());
        }
        var whole = Files.exists(order.get().target());
        if (!whole && !used.contains(order.get().sha256()) && isUnwanted(folder)) {
            LOG.infof("image %s does not arrive any further: no disk needs it", order.get());
            forget(folder);
        } else if (!running) {
            start(folder);
        }
    }

    /** What was wanted before this process started counts from its first look. */
    private boolean isUnwanted(ArrivalFolder folder) {
        var since = wanted.computeIfAbsent(folder.path(), path -> System.nanoTime());
        return System.nanoTime() - since > settings.unwantedLimit().toNanos();
    }

    private void forget(ArrivalFolder folder) throws IOException {
        lock.lock();
        try {
            var ours = started.remove(folder.path());
            if (ours != null) {
                ours.destroyForcibly();
            }
            new ImageServerProcess(folder).stop();
            folder.remove();
            wanted.remove(folder.path());
        } finally {
            lock.unlock();
        }
    }

    /** Ends the processes of all images that arrive in this folder, and returns how many; for the end of a cloud. */
    public static int stopAll(Path arrivals) throws IOException {
        if (!Files.isDirectory(arrivals)) {
            return 0;
        }
        var ended = 0;
        try (var folders = Files.list(arrivals.toRealPath())) {
            for (var each :
                    folders.map(ArrivalFolder::new).map(ImageServerProcess::new).toList()) {
                ended += each.find().isPresent() ? 1 : 0;
                each.stop();
            }
        }
        return ended;
    }

    /** Ends no process: guests go on, and images go on to arrive. */
    @Override
    public void close() {
        looking.interrupt();
    }
}
