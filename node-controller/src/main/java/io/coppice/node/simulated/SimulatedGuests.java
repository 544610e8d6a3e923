package io.coppice.node.simulated;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainState;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** What stands for a hypervisor's own memory: a record per guest in the host's log, so that guests outlive the process. */
final class SimulatedGuests {
    private static final String GUEST = "guest/";

    private final KeyedLog log;

    SimulatedGuests(KeyedLog log) {
        this.log = log;
    }

    List<Domain> load() throws IOException {
        var guests = new ArrayList<Domain>();
        for (var id : log.keys(GUEST)) {
            var kept = log.get(GUEST + id);
            if (kept.isPresent()) {
                guests.add(read(new String(kept.get(), StandardCharsets.UTF_8)));
            }
        }
        return List.copyOf(guests);
    }

    void save(Domain domain) throws IOException {
        var text = """
                instance=%s
                account=%s
                generation=%d
                reboots=%d
                state=%s
                vcpus=%d
                memoryMib=%d
                """.formatted(
                        domain.instance(),
                        domain.account(),
                        domain.generation(),
                        domain.rebootCount(),
                        domain.state(),
                        domain.vcpus(),
                        domain.memoryMib());
        log.put(GUEST + domain.instance(), text.getBytes(StandardCharsets.UTF_8));
    }

    void delete(InstanceId instance) throws IOException {
        log.remove(GUEST + instance);
    }

    private static Domain read(String text) throws IOException {
        var properties = new Properties();
        properties.load(new StringReader(text));
        return new Domain(
                new InstanceId(properties.getProperty("instance")),
                new AccountId(properties.getProperty("account")),
                Long.parseLong(properties.getProperty("generation")),
                Long.parseLong(properties.getProperty("reboots")),
                DomainState.valueOf(properties.getProperty("state")),
                Integer.parseInt(properties.getProperty("vcpus")),
                Long.parseLong(properties.getProperty("memoryMib")));
    }
}
