package io.coppice.server.up;

import io.coppice.server.process.HostCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.PortChooser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What there is to know of the machine before a cloud is made on it. A test describes a machine of its own. */
public interface Machine {
    /** Whether we may make bridges and start guests. */
    boolean root();

    /** Whether a program is installed. */
    boolean has(String program);

    /** Whether a libvirtd of the whole machine answers on the usual socket. */
    boolean libvirtAnswers();

    /** Whether nothing listens there. */
    boolean portFree(String host, int port);

    /** The IPv4 ranges of the machine's own devices. */
    List<Ipv4Range> rangesInUse();

    /** The IPv4 address by which other machines reach this one, as its routes say; empty when there is no way out. */
    Optional<String> mainAddress();

    /** This machine. */
    static Machine here() {
        return new Machine() {
            @Override
            public boolean root() {
                return UserCache.isRoot();
            }

            @Override
            public boolean has(String program) {
                return HostCommand.exists(program);
            }

            @Override
            public boolean libvirtAnswers() {
                // Looking at the socket first saves a second where there is none.
                return Files.exists(Path.of("/run/libvirt/libvirt-sock"))
                        && HostCommand.run(Duration.ofSeconds(5), "virsh", "-c", "qemu:///system", "uri")
                                .succeeded();
            }

            @Override
            public boolean portFree(String host, int port) {
                return PortChooser.isFree(host, port);
            }

            @Override
            public List<Ipv4Range> rangesInUse() {
                return Ipv4Range.inUse();
            }

            @Override
            public Optional<String> mainAddress() {
                return MainAddress.find();
            }
        };
    }
}
