package io.coppice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One process of this machine, told apart from a later one that got the same pid: pid, start time in clock ticks since
 * boot (field 22 of {@code /proc/PID/stat}, proc(5)) and the boot it belongs to.
 */
public record ProcessMark(long pid, long startTicks, String bootId) {
    private static final Pattern TEXT = Pattern.compile("(\\d+) (\\d+) ([0-9a-f-]+)\\s*");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String NAMESPACE_PIDS = "NSpid:";
    private static final int FIELDS_BEFORE_START_TIME = 19;

    /** The mark of a process that runs now; empty when none does. */
    public static Optional<ProcessMark> of(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The program's name, field 2, stands in parentheses and may contain anything, spaces too.
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            if (fields[0].equals("Z")) {
                return Optional.empty();
            }
            var start = Long.parseLong(fields[FIELDS_BEFORE_START_TIME]);
            return Optional.of(
                    new ProcessMark(pid, start, Files.readString(BOOT_ID).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Reads a pid file; empty when there is none or it is not one of ours. */
    public static Optional<ProcessMark> read(Path file) {
        try {
            var matcher = TEXT.matcher(Files.readString(file));
            return matcher.matches()
                    ? Optional.of(new ProcessMark(
                            Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), matcher.group(3)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Writes the pid file, one line. */
    public void write(Path file) throws IOException {
        Files.writeString(file, pid + " " + startTicks + " " + bootId + "\n");
    }

    /**
     * The pid by which this process knows it; empty when it does not run. They differ for one that wrote its mark inside
     * a process namespace of its own: the last of {@code NSpid} is its pid there (proc(5), pid_namespaces(7)).
     */
    public Optional<Long> pidHere() {
        if (alive()) {
            return Optional.of(pid);
        }
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(candidate -> innermostPid(candidate).equals(Optional.of(pid)))
                .filter(candidate -> of(candidate)
                        .filter(mark -> mark.startTicks == startTicks && mark.bootId.equals(bootId))
                        .isPresent())
                .findFirst();
    }

    private static Optional<Long> innermostPid(long pid) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(NAMESPACE_PIDS))
                    .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                    .map(Long::valueOf)
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            // It ended while we looked.
            return Optional.empty();
        }
    }

    /** Whether that very process still runs. */
    public boolean alive() {
        return of(pid).equals(Optional.of(this));
    }
}
