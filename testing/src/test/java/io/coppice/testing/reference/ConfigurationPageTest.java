package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.settings.Settings;
import io.coppice.testing.architecture.ProductClasses;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** If this fails, the documented configuration is not the real one: a key is missing, or a default is another. */
class ConfigurationPageTest {
    private static final String HEADER = """
            # Configuration

            Every key of `config/coppice.properties` in the data folder, generated from the code
            (`ConfigurationPageTest` with `-Dgolden.update=true`). What is set there wins over environment variables
            (`COPPICE_WALRUS_MAX_PUT_BYTES` for `coppice.walrus.max-put-bytes`) and over the default. A process reads its
            configuration at start: `coppice down`, then `up`. A key or variable that is not known stops the start; keys of
            `coppice.server.*` and `coppice.database.*` are read from the file alone.

            Durations are written `500ms`, `5s`, `2m`, `1h`, `7d`, or as in ISO 8601 (`PT30S`). Lists are separated by commas.
            """;

    @Test
    void thePageIsTheCode() throws Exception {
        var page = new StringBuilder(HEADER);
        for (var mapping : mappings()) {
            var source = JavadocSentences.of(mapping);
            page.append("\n## ")
                    .append(mapping.getAnnotation(ConfigMapping.class).prefix())
                    .append(".*\n\n");
            page.append(source.above(Pattern.compile("public interface " + mapping.getSimpleName() + "\\b")));
            page.append(" (`").append(mapping.getSimpleName()).append("`)\n\n");
            page.append("| key | type | default | meaning |\n|---|---|---|---|\n");
            for (var key : ConfigurationKey.of(mapping)) {
                var meaning = source.above(
                        Pattern.compile("[\\w.<>, ]+\\s" + key.method().getName() + "\\(\\);"));
                var standard = key.standard().map(text -> "`" + text + "`").orElse(key.required() ? "required" : "");
                page.append("| `%s` | %s | %s | %s |\n".formatted(key.name(), key.type(), standard, meaning));
            }
        }
        page.append("\n## Read before the roles start\n\n");
        page.append("Keys of the process and the command line, not of a role (`Settings`, `Catalogue`).\n\n");
        page.append("| key | meaning |\n|---|---|\n");
        others().forEach((key, meaning) ->
                page.append("| `").append(key).append("` | ").append(meaning).append(" |\n"));
        GeneratedPage.check("configuration.md", page.toString());
    }

    /** If this fails, a start refuses a key that is read, or takes one that nothing reads. */
    @Test
    void theStartKnowsTheSameKeys() throws Exception {
        var keys = new TreeSet<>(others().keySet());
        mappings().forEach(mapping -> ConfigurationKey.of(mapping).forEach(key -> keys.add(key.name())));
        GeneratedPage.checkFile(
                "server-runtime/src/main/resources/coppice-configuration-keys.txt", String.join("\n", keys) + "\n");
    }

    @Test
    void documentedKeysAndDefaultsAreThoseThatTheRuntimeUses() throws Exception {
        for (var mapping : mappings()) {
            var properties = ConfigMappings.getProperties(ConfigClass.configClass(mapping));
            var real = new TreeMap<String, String>();
            properties.forEach((name, property) -> {
                // A list appears a second time by its index.
                if (property.hasDefaultValue() && !name.endsWith("[*]")) {
                    real.put(name, property.getDefaultValue());
                }
            });
            var documented = ConfigurationKey.of(mapping).stream()
                    .filter(key -> key.standard().isPresent())
                    .collect(Collectors.toMap(
                            ConfigurationKey::name, key -> key.standard().orElseThrow(), (a, b) -> a, TreeMap::new));
            assertEquals(real, documented, mapping.getName());
            var keys = ConfigurationKey.of(mapping).stream()
                    .map(ConfigurationKey::name)
                    .toList();
            assertTrue(properties.keySet().containsAll(keys), () -> keys + " are not all in " + properties.keySet());
        }
    }

    @Test
    void everyMappingIsCompleteWithTheDataFolderAlone() {
        var builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withDefaultValues(Map.of(Settings.DATA_DIR, "/tmp/cloud"))
                .withValidateUnknown(false);
        mappings().forEach(builder::withMapping);
        var config = builder.build();
        for (var mapping : mappings()) {
            assertTrue(mapping.isInstance(config.getConfigMapping(mapping)), mapping.getName());
        }
    }

    /** All mappings of the product, by prefix. */
    private static List<Class<?>> mappings() {
        var found = new ArrayList<Class<?>>();
        ProductClasses.all().stream()
                .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                .forEach(type -> found.add(type.reflect()));
        found.sort(Comparator.comparing(
                type -> type.getAnnotation(ConfigMapping.class).prefix()));
        assertTrue(found.size() > 10, () -> "only these were found: " + found);
        return found;
    }

    /** The keys that no mapping has. */
    private static Map<String, String> others() throws Exception {
        var mapped = new TreeSet<String>();
        mappings().forEach(mapping -> ConfigurationKey.of(mapping).forEach(key -> mapped.add(key.name())));
        var source = JavadocSentences.of(Settings.class);
        var others = new TreeMap<String, String>();
        for (var field : Arrays.asList(Settings.class.getFields())) {
            if (!Modifier.isStatic(field.getModifiers()) || mapped.contains(String.valueOf(field.get(null)))) {
                continue;
            }
            others.put(
                    String.valueOf(field.get(null)),
                    source.above(Pattern.compile("public static final String " + field.getName() + " ")));
        }
        others.put(
                "coppice.instance-types-file",
                "A JSON file with the instance types; those that come with Coppice when absent.");
        others.put(
                "coppice.instance-types-limit-bandwidth",
                "`true` holds instances to the network performance of their types; `false` when absent.");
        return others;
    }
}
