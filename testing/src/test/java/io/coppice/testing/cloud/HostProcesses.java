package io.coppice.testing.cloud;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What runs on this machine, as /proc tells it. */
final class HostProcesses {
    private static final Path PROC = Path.of("/proc");

    private HostProcesses() {}

    /** The QEMU processes of guests whose disks lie below a folder: process id to the guest's name. */
    static Map<Long, String> guests(Path folder) {
        var guests = new TreeMap<Long, String>();
        ofGuests(folder).forEach((pid, line) -> guests.put(pid, guestName(line)));
        return guests;
    }

    /** The command lines of these processes: guest's name to its line. */
    static Map<String, String> commandsOfGuests(Path folder) {
        var lines = new TreeMap<String, String>();
        ofGuests(folder).values().forEach(line -> lines.put(guestName(line), line));
        return lines;
    }

    private static Map<Long, String> ofGuests(Path folder) {
        return matching(line -> program(line).contains("qemu-system") && line.contains(folder.toString()));
    }

    /** All processes that name the folder among their arguments, except this one. */
    static Map<Long, String> naming(Path folder) {
        return matching(line -> line.contains(folder.toString()));
    }

    private static Map<Long, String> matching(Predicate<String> wanted) {
        var self = ProcessHandle.current().pid();
        try (var entries = Files.list(PROC)) {
            return entries.map(Path::getFileName)
                    .map(Path::toString)
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .filter(pid -> pid != self)
                    .map(pid -> Map.entry(pid, commandLine(pid)))
                    .filter(entry -> wanted.test(entry.getValue()))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program(String line) {
        return line.split(" ", 2)[0];
    }

    /** libvirt starts QEMU with {@code -name guest=NAME,…}. */
    private static String guestName(String line) {
        var start = line.indexOf("guest=");
        if (start < 0) {
            return "";
        }
        var rest = line.substring(start + "guest=".length());
        return rest.split("[, ]", 2)[0];
    }

    private static String commandLine(long pid) {
        try {
            var bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("cmdline"));
            return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        } catch (IOException e) {
            // The process ended while we looked.
            return "";
        }
    }
}
