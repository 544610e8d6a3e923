package io.coppice.cluster.zone;

import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * A hint in a file: which hosts the zone has had. After a start the zone waits for these, and no longer, before it
 * places anything anew; losing the file costs nothing but the full wait. Not thread-safe: the zone's ticker owns it.
 */
public final class HostRoster {
    private static final Logger LOG = Logger.getLogger(HostRoster.class);

    private final Path file;
    private final Set<String> known = new TreeSet<>();
    private final Set<String> atStart;

    private HostRoster(Path file, Collection<String> atStart) {
        this.file = file;
        this.known.addAll(atStart);
        this.atStart = Set.copyOf(atStart);
    }

    /** Reads the roster, empty when the zone never had a host. */
    public static HostRoster open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var hosts = new TreeSet<String>();
        for (var line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            try {
                hosts.add(new NodeId(line.strip()).value());
            } catch (MalformedIdException e) {
                LOG.warnf("%s: a line that names no host is ignored", file);
            }
        }
        return new HostRoster(file, hosts);
    }

    /** The hosts that the zone had before this start. */
    Set<String> atStart() {
        return atStart;
    }

    /** Adds hosts and writes the file when that changed something. */
    void add(Collection<NodeId> hosts) {
        var changed = false;
        for (var host : hosts) {
            changed |= known.add(host.value());
        }
        if (changed) {
            save();
        }
    }

    private void save() {
        try {
            var temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.write(temporary, known);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warnf(e, "could not write %s: the next start waits its full settling time", file);
        }
    }
}
