package io.coppice.cloud.instancetype;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.coppice.cloud.localdisk.LocalStorage;
import io.coppice.foundation.role.RoleStartException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The instance types of this cloud, read once from a file of the site or the one that comes with Coppice, with the sizes
 * that the operator has given them since. Thread-safe.
 */
@ApplicationScoped
class Catalogue implements InstanceTypes {
    private static final String BUILT_IN = "/instance-types.json";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final SortedMap<String, InstanceType> types;
    private final TypeChanges changes;
    private final boolean limitsBandwidth;

    /** Reads the file of {@code coppice.instance-types-file}; throws {@link RoleStartException} when it is not usable. */
    @Inject
    Catalogue(
            @ConfigProperty(name = "coppice.instance-types-file") Optional<Path> file,
            @ConfigProperty(name = "coppice.instance-types-limit-bandwidth", defaultValue = "false")
                    boolean limitsBandwidth,
            TypeChanges changes) {
        this.changes = changes;
        this.limitsBandwidth = limitsBandwidth;
        var name = file.map(Path::toString).orElse(BUILT_IN);
        try (var source = open(file)) {
            types = Collections.unmodifiableSortedMap(byName(read(source)));
        } catch (IOException | IllegalArgumentException e) {
            throw new RoleStartException(
                    "the instance types in " + name + " cannot be read: " + e.getMessage(),
                    "correct the file, or remove coppice.instance-types-file to use those that come with Coppice",
                    e);
        }
    }

    private static InputStream open(Optional<Path> file) throws IOException {
        if (file.isPresent()) {
            return Files.newInputStream(file.get());
        }
        var resource = Catalogue.class.getResourceAsStream(BUILT_IN);
        if (resource == null) {
            throw new FileNotFoundException(BUILT_IN + " is missing in this build");
        }
        return resource;
    }

    /** A type that says nothing of local storage has none: files of sites may be older than that. */
    private static List<InstanceType> read(InputStream source) throws IOException {
        var nodes = JSON.readValue(source, new TypeReference<List<ObjectNode>>() {});
        var types = new ArrayList<InstanceType>(nodes.size());
        for (var node : nodes) {
            node.putIfAbsent("localStorage", JSON.valueToTree(LocalStorage.NONE));
            types.add(JSON.treeToValue(node, InstanceType.class));
        }
        return types;
    }

    private static SortedMap<String, InstanceType> byName(List<InstanceType> list) {
        var byName = new TreeMap<String, InstanceType>();
        for (var type : list) {
            if (byName.put(type.name(), type) != null) {
                throw new IllegalArgumentException(type.name() + " stands there twice");
            }
        }
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("there are none");
        }
        return byName;
    }

    @Override
    public Type require(String name) {
        if (!has(name)) {
            throw InstanceTypeErrors.invalidForLaunch(name);
        }
        return current(name).forLaunch();
    }

    @Override
    public int bandwidthMbit(String name) {
        return limitsBandwidth && has(name)
                ? NetworkPerformance.mbit(original(name).networkPerformance())
                : 0;
    }

    /** All types as they stand now, by name. */
    Collection<InstanceType> all() {
        var sizes = changes.sizes();
        return types.values().stream().map(type -> changed(type, sizes)).toList();
    }

    /** A type that the catalogue {@link #has}, as it stands now. */
    InstanceType current(String name) {
        return changed(original(name), changes.sizes());
    }

    /** As {@link #current}, without what the operator changed. */
    InstanceType original(String name) {
        var type = types.get(name);
        if (type == null) {
            throw new IllegalArgumentException("no instance type " + name);
        }
        return type;
    }

    private static InstanceType changed(InstanceType type, Map<String, TypeChanges.Size> sizes) {
        var size = sizes.get(type.name());
        return size == null ? type : type.withSize(size);
    }

    boolean has(String name) {
        return types.containsKey(name);
    }
}
