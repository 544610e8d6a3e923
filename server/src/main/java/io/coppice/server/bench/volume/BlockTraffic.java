package io.coppice.server.bench.volume;

import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads and writes of one disk by {@code qemu-img bench}, which is the client that a guest's QEMU is: the same block layer,
 * the same NBD driver.
 *
 * @param format as QEMU names it
 * @param location a file or an NBD address
 */
record BlockTraffic(String format, String location) {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern DURATION = Pattern.compile("completed in ([0-9.]+) seconds");
    /** As storage daemons open layers, and guests volumes: past the page cache, by QEMU's own threads. */
    private static final String CACHE = "none";

    private static final int SMALL = 4096;
    /** Odd, so that steps of it reach every 4 KiB of a disk whose size is a power of two, and never the next one first. */
    private static final int STRIDE = 17 * SMALL;

    private static final int LARGE = 1 << 20;
    private static final int DEPTH = 16;

    /** What is read or written: 4 KiB all over the disk, 16 at a time, or 1 MiB one after the other. */
    enum Load {
        SMALL_READS(SMALL, STRIDE, 40_000, false),
        SMALL_WRITES(SMALL, STRIDE, 20_000, true),
        LARGE_READS(LARGE, LARGE, 1_000, false),
        LARGE_WRITES(LARGE, LARGE, 500, true);

        private final int bytes;
        private final int step;
        private final int requests;
        private final boolean write;

        Load(int bytes, int step, int requests, boolean write) {
            this.bytes = bytes;
            this.step = step;
            this.requests = requests;
            this.write = write;
        }
    }

    /** A volume as it is served. */
    static BlockTraffic through(VolumeExport export) {
        return new BlockTraffic("raw", "nbd+unix:///" + export.getName() + "?socket=" + export.getUnixPath());
    }

    /** A layer on this machine's disk that nobody else has open. */
    static BlockTraffic of(Path layer) {
        return new BlockTraffic("qcow2", layer.toString());
    }

    /** Writes the whole disk once, so that nothing of it is a hole. */
    void fill(long sizeBytes) {
        seconds(command((int) (sizeBytes / LARGE), LARGE, LARGE, true));
    }

    /** Reads one block: the disk is there. */
    void touch() {
        seconds(command(1, SMALL, SMALL, false));
    }

    /** Seconds that the load took. */
    double seconds(Load load) {
        return seconds(command(load.requests, load.bytes, load.step, load.write));
    }

    /** Writes without a pause until it is closed, at most for some minutes. */
    Writer keepWriting() throws IOException {
        var line = new ArrayList<>(List.of("timeout", String.valueOf(LIMIT.toSeconds())));
        line.addAll(command(Integer.MAX_VALUE, SMALL, SMALL, true));
        return new Writer(new ProcessBuilder(line)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start());
    }

    private List<String> command(int requests, int bytes, int step, boolean write) {
        var line = new ArrayList<>(List.of("qemu-img", "bench", "-t", CACHE, "-f", format));
        if (write) {
            line.add("-w");
        }
        line.addAll(List.of("-d", String.valueOf(DEPTH), "-c", String.valueOf(requests)));
        line.addAll(List.of("-s", String.valueOf(bytes), "-S", String.valueOf(step), location));
        return line;
    }

    private static double seconds(List<String> command) {
        var result = HostCommand.run(LIMIT, Map.of(), "", command);
        var duration = DURATION.matcher(result.output());
        if (!result.succeeded() || !duration.find()) {
            throw new OperatorException(
                    "qemu-img bench failed: " + result.lastLine(), "Look at the disk's free space.");
        }
        return Double.parseDouble(duration.group(1));
    }

    /** A process that writes. */
    record Writer(Process process) implements AutoCloseable {
        /** Throws unless it has written all the time. */
        void requireAlive() {
            if (!process.isAlive()) {
                throw new OperatorException(
                        "the writer of a busy volume ended, so the volume was not busy",
                        "Look at the disk's free space.");
            }
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.onExit().join();
        }
    }
}
