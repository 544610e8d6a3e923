package io.coppice.node.simulated;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The files that stand for a hypervisor's own memory: one per guest, so that guests outlive the process. A crash in
 * the middle of a write leaves the old file.
 */
final class SimulatedGuests {
    private static final String SUFFIX = ".guest";

    private final Path folder;

    SimulatedGuests(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    /** What a guest is. */
    record Guest(Domain domain, Path consoleLog) {}

    List<Guest> load() throws IOException {
        var guests = new ArrayList<Guest>();
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : files) {
                guests.add(read(file));
            }
        }
        return List.copyOf(guests);
    }

    void save(Guest guest) throws IOException {
        var domain = guest.domain();
        var text = """
                instance=%s
                account=%s
                generation=%d
                reboots=%d
                state=%s
                vcpus=%d
                memoryMib=%d
                consoleLog=%s
                """.formatted(
                        domain.instance(),
                        domain.account(),
                        domain.generation(),
                        domain.rebootCount(),
                        domain.state(),
                        domain.vcpus(),
                        domain.memoryMib(),
                        guest.consoleLog());
        var temporary = folder.resolve(domain.instance() + ".new");
        Files.writeString(temporary, text);
        Files.move(
                temporary,
                file(domain.instance()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(InstanceId instance) throws IOException {
        Files.deleteIfExists(file(instance));
    }

    private Path file(InstanceId instance) {
        return folder.resolve(instance + SUFFIX);
    }

    private static Guest read(Path file) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new Guest(
                new Domain(
                        new InstanceId(properties.getProperty("instance")),
                        new AccountId(properties.getProperty("account")),
                        Long.parseLong(properties.getProperty("generation")),
                        Long.parseLong(properties.getProperty("reboots")),
                        DomainState.valueOf(properties.getProperty("state")),
                        Integer.parseInt(properties.getProperty("vcpus")),
                        Long.parseLong(properties.getProperty("memoryMib"))),
                Path.of(properties.getProperty("consoleLog")));
    }
}
