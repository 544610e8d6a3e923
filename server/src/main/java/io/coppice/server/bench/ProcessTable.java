package io.coppice.server.bench;

import io.coppice.server.ProcessMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What /proc says of processes (proc(5)), in the kernel's own clock: seconds since boot, to 10 ms. */
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final double TICKS_PER_SECOND = 100;
    private static final long KIB_PER_MB = 1024;

    private ProcessTable() {}

    /** Seconds since boot, now. */
    static double uptimeSeconds() {
        return Double.parseDouble(read(PROC.resolve("uptime")).split(" ", -1)[0]);
    }

    /** When the QEMU process of an instance was started, in seconds since boot; empty while there is none. */
    static Optional<Double> qemuStart(String instanceId) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains("guest=" + instanceId))
                .flatMap(process -> ProcessMark.of(process.pid()).stream())
                .map(mark -> mark.startTicks() / TICKS_PER_SECOND)
                .min(Double::compare);
    }

    /** Resident memory of a process in MB of 1,048,576 bytes. */
    static long residentMb(long pid) {
        return read(PROC.resolve(Long.toString(pid)).resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / KIB_PER_MB)
                .findFirst()
                .orElseThrow();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(PROC.resolve(Long.toString(pid)).resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // The process ended while the table was read.
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
