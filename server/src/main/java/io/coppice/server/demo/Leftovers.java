package io.coppice.server.demo;

import io.coppice.server.process.HostCommand;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** What a cloud's instances leave on this machine while they live: domains, taps, networks of VPCs, folders with disks. */
public final class Leftovers {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final DataFolder folder;
    private final Settings settings;

    public Leftovers(DataFolder folder, Settings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** Everything of that kind now. Empty for simulated hosts and for hosts elsewhere. */
    Set<String> look() {
        var found = new TreeSet<String>();
        if (settings.simulated() || settings.value(Settings.NAMESPACE_HOSTS).isPresent()) {
            return found;
        }
        var uri = settings.value(Settings.LIBVIRT_URI, "qemu:///system");
        HostCommand.run(LIMIT, "virsh", "-q", "-c", uri, "list", "--all", "--name")
                .output()
                .lines()
                .filter(line -> line.startsWith("i-"))
                .forEach(line -> found.add("domain " + line));
        var bridge = settings.value(Settings.BRIDGE, "none");
        entries(Path.of("/sys/class/net", bridge, "brif"), "*", "tap ", found);
        entries(Path.of("/run/netns"), bridge + "-*", "network ", found);
        entries(folder.root().resolve("node/instances"), "*", "disks ", found);
        return found;
    }

    /** What is there now and was not before. */
    Set<String> since(Set<String> before) {
        var now = look();
        now.removeAll(before);
        return now;
    }

    private static void entries(Path home, String names, String kind, Set<String> found) {
        if (!Files.isDirectory(home)) {
            return;
        }
        try (var entries = Files.newDirectoryStream(home, names)) {
            entries.forEach(entry -> found.add(kind + entry.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + home, e);
        }
    }
}
