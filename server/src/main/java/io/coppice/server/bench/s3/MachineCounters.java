package io.coppice.server.bench.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** What /proc counts (proc(5)): flushes of disks, and the processor time of processes with their children. */
final class MachineCounters {
    private static final Path PROC = Path.of("/proc");
    private static final int FLUSHES = 18;
    private static final double MICROS_PER_TICK = 10_000;
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    private MachineCounters() {}

    /** Flush requests that whole disks have completed since boot. */
    static long flushes() throws IOException {
        return Files.readAllLines(PROC.resolve("diskstats")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > FLUSHES && Files.isDirectory(Path.of("/sys/block", fields[2])))
                .mapToLong(fields -> Long.parseLong(fields[FLUSHES]))
                .sum();
    }

    /** Processor time that these processes and all their children have used, microseconds; of those that are there. */
    static double micros(Collection<Long> pids) {
        var ticks = 0L;
        for (var pid : withChildren(pids)) {
            ticks += ticks(pid);
        }
        return ticks * MICROS_PER_TICK;
    }

    private static Set<Long> withChildren(Collection<Long> pids) {
        var all = new HashSet<>(pids);
        for (var pid : pids) {
            ProcessHandle.of(pid)
                    .ifPresent(process ->
                            process.descendants().map(ProcessHandle::pid).forEach(all::add));
        }
        return all;
    }

    private static long ticks(long pid) {
        try {
            var text = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            // The name, in parentheses, may hold anything.
            var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
        } catch (IOException e) {
            // It ended meanwhile.
            return 0;
        }
    }
}
