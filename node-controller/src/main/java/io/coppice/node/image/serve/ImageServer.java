package io.coppice.node.image.serve;

import io.coppice.node.image.serve.Ranges.RefusedException;
import io.coppice.node.image.serve.Standing.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * The process that serves one image while it arrives. It ends when the image is whole and nobody has read it for a while;
 * until then it goes on, whatever becomes of who started it. Its one argument is an {@link ArrivalFolder}.
 */
public final class ImageServer {
    private static final Duration TELL_EVERY = Duration.ofMillis(250);
    private static final Duration IDLE_BEFORE_END = Duration.ofSeconds(30);
    /** What is read to find out what an image is. */
    private static final int HEAD_BLOCKS = 4;

    private static final Duration NO_LIMIT = Duration.ofDays(10_000);

    private final ArrivalFolder folder;
    private final Order order;

    private ImageServer(ArrivalFolder folder, Order order) {
        this.folder = folder;
        this.order = order;
    }

    /** Serves until it is not needed any more. Ends with 3 when another process serves this image already. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var folder = new ArrivalFolder(Path.of(arguments[0]));
        var order = Order.in(folder).orElseThrow(() -> new IOException("there is no order in " + folder.path()));
        try (var lock = FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                System.exit(3);
            }
            Files.writeString(
                    folder.pid(), Long.toString(ProcessHandle.current().pid()));
            new ImageServer(folder, order).run();
            folder.remove();
        }
        System.exit(0);
    }

    private void run() throws IOException, InterruptedException {
        if (Files.exists(order.target())) {
            serveWhole();
        } else {
            serveArriving();
        }
    }

    /** After a death of this process: guests that run may still read through it. */
    private void serveWhole() throws IOException, InterruptedException {
        try (var blocks = Blocks.whole(order.target())) {
            var fetches = new Fetches(blocks, (offset, length) -> {
                throw new IOException("all of it is here");
            });
            new Standing(Kind.WHOLE, 100, "").write(folder);
            try (var listener = NbdListener.open(folder.socket(), new ServedImage(blocks, fetches, order.export()))) {
                awaitIdle(listener);
            }
        }
    }

    private void serveArriving() throws IOException, InterruptedException {
        try (var blocks = Blocks.open(folder.bytes(), folder.map(), order.sizeBytes())) {
            var rate = new RateLimit(order.bytesPerSecond());
            var peers = new PeerRanges(folder, order.sha256(), rate);
            var fetches = new Fetches(blocks, new Source(folder, rate), peers);
            var image = new ServedImage(blocks, fetches, order.export());
            if (Standing.in(folder).filter(said -> said.kind() == Kind.REFUSED).isPresent()) {
                // Known from before a death of this process; it is found out once more, and nobody reads meanwhile.
                image.refuse();
            }
            var teller = Thread.ofVirtual().name("teller").start(() -> tell(blocks, fetches));
            fetches.demand(0, Math.min(HEAD_BLOCKS, blocks.count()), NO_LIMIT);
            try (var listener = NbdListener.open(folder.socket(), image)) {
                var found = new Hydration(blocks, fetches, peers::drop).run(order.sha256());
                teller.interrupt();
                teller.join();
                if (!found.equals(order.sha256())) {
                    image.refuse();
                    new Standing(Kind.REFUSED, 100, "its hash is " + found).write(folder);
                    // Until the Node Controller has ended who reads it, and this process.
                    Thread.sleep(NO_LIMIT);
                }
                intoTheCache();
                new Standing(Kind.WHOLE, 100, "").write(folder);
                awaitIdle(listener);
            }
        }
    }

    /** The file that is open here goes on to be read under its new name. */
    private void intoTheCache() throws IOException {
        Files.setPosixFilePermissions(folder.bytes(), PosixFilePermissions.fromString("r--r--r--"));
        Files.move(folder.bytes(), order.target(), StandardCopyOption.ATOMIC_MOVE);
        try (var parent = FileChannel.open(order.target().resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    private static void awaitIdle(NbdListener listener) throws InterruptedException {
        while (!listener.isIdleFor(IDLE_BEFORE_END)) {
            Thread.sleep(TELL_EVERY);
        }
    }

    private void tell(Blocks blocks, Fetches fetches) {
        var told = new Standing(Kind.ARRIVING, -1, "");
        try {
            while (true) {
                told = tell(standing(blocks, fetches), told);
                Thread.sleep(TELL_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Standing tell(Standing now, Standing told) {
        try {
            if (!now.equals(told)) {
                now.write(folder);
            }
            if (now.kind() != told.kind()) {
                System.err.println(now);
            }
            return now;
        } catch (IOException e) {
            System.err.println("how the image stands cannot be told now: " + e);
            return told;
        }
    }

    private static Standing standing(Blocks blocks, Fetches fetches) {
        var trouble = fetches.trouble();
        if (trouble.isEmpty()) {
            return new Standing(Kind.ARRIVING, blocks.percent(), "");
        }
        var expired = trouble.get() instanceof RefusedException refusal && refusal.isAboutTheAddress();
        return new Standing(
                expired ? Kind.EXPIRED : Kind.WAITING,
                blocks.percent(),
                String.valueOf(trouble.get().getMessage()));
    }
}
