package io.coppice.server.bench.s3;

import io.coppice.server.bench.BenchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What the disk itself allows: small files that are synced and renamed, and one file that is appended to and synced. */
final class DiskLimit {
    private static final int BYTES = S3Row.Sizes.SMALL;
    private static final double NANOS_PER_SECOND = 1e9;

    private DiskLimit() {}

    /** Files of 4 KiB a second: written, fdatasync, renamed, by so many threads. */
    static double files(int threads, Duration time) throws IOException, InterruptedException {
        var folder = BenchFolder.create("disk");
        try {
            var count = new AtomicLong();
            var begun = System.nanoTime();
            var writers = new ArrayList<Thread>();
            for (int i = 0; i < threads; i++) {
                writers.add(Thread.ofPlatform().start(() -> writeUntil(folder.path(), begun + time.toNanos(), count)));
            }
            for (var writer : writers) {
                writer.join();
            }
            return count.get() / ((System.nanoTime() - begun) / NANOS_PER_SECOND);
        } finally {
            folder.remove();
        }
    }

    private static void writeUntil(Path folder, long end, AtomicLong count) {
        try {
            while (System.nanoTime() < end) {
                var number = count.incrementAndGet();
                var incoming = folder.resolve("incoming-" + number);
                try (var file = FileChannel.open(incoming, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.allocate(BYTES));
                    file.force(false);
                }
                Files.move(incoming, folder.resolve("file-" + number));
            }
        } catch (IOException e) {
            System.err.println("the disk's limit cannot be found: " + e.getMessage());
        }
    }

    /** Appends of 4 KiB a second, each followed by fdatasync, by one thread. */
    static double appends(Duration time) throws IOException {
        var folder = BenchFolder.create("disk");
        try (var file = FileChannel.open(
                folder.path().resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var count = 0;
            var begun = System.nanoTime();
            while (System.nanoTime() - begun < time.toNanos()) {
                file.write(ByteBuffer.allocate(BYTES));
                file.force(false);
                count++;
            }
            return count / ((System.nanoTime() - begun) / NANOS_PER_SECOND);
        } finally {
            folder.remove();
        }
    }
}
