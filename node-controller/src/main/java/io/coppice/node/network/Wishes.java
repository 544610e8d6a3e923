package io.coppice.node.network;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.foundation.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * What every instance on this host should have of the network, kept in a file: after a restart the network is put right
 * before anybody speaks. Not thread-safe.
 */
final class Wishes {
    private static final Logger LOG = Logger.getLogger(Wishes.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final TreeMap<String, List<Binding>> byInstance;

    private Wishes(Path file, TreeMap<String, List<Binding>> byInstance) {
        this.file = file;
        this.byInstance = byInstance;
    }

    /** The wishes kept in {@code file}. A file that cannot be read counts as none: the agent repeats its wishes. */
    static Wishes load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Wishes(file, new TreeMap<>());
        }
        try {
            return new Wishes(
                    file, JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, List<Binding>>>() {}));
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            LOG.warnf(e, "%s cannot be read: the network begins without memory", file);
            return new Wishes(file, new TreeMap<>());
        }
    }

    List<Binding> of(InstanceId instance) {
        return byInstance.getOrDefault(instance.value(), List.of());
    }

    /** Those that have bindings. */
    List<InstanceId> instances() {
        return byInstance.keySet().stream().map(InstanceId::new).toList();
    }

    /** Every binding of the host. */
    List<Binding> all() {
        return byInstance.values().stream().flatMap(List::stream).toList();
    }

    /** Replaces the instance's bindings; an address that another instance still has goes to this one. */
    List<Binding> put(InstanceId instance, List<Binding> bindings) throws IOException {
        var displaced = new ArrayList<>(of(instance));
        for (var other : Map.copyOf(byInstance).entrySet()) {
            var clash = !other.getKey().equals(instance.value())
                    && other.getValue().stream()
                            .anyMatch(old -> bindings.stream().anyMatch(now -> clash(old, now)));
            if (clash) {
                LOG.warnf("%s takes addresses that %s had on this host", instance, other.getKey());
                displaced.addAll(other.getValue());
                byInstance.remove(other.getKey());
            }
        }
        byInstance.put(instance.value(), List.copyOf(bindings));
        save();
        return List.copyOf(displaced);
    }

    private static boolean clash(Binding one, Binding other) {
        return one.mac().equals(other.mac())
                || (!one.address().isEmpty() && one.address().equals(other.address()));
    }

    /** Forgets the instance; what it had. */
    List<Binding> remove(InstanceId instance) throws IOException {
        var had = byInstance.remove(instance.value());
        if (had == null) {
            return List.of();
        }
        save();
        return had;
    }

    private void save() throws IOException {
        var unfinished = file.resolveSibling(file.getFileName() + ".new");
        JSON.writeValue(unfinished.toFile(), byInstance);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
