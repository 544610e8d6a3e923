package io.coppice.server;

import java.io.IOException;
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

    /** Whether that very process still runs. */
    public boolean alive() {
        return of(pid).equals(Optional.of(this));
    }
}
