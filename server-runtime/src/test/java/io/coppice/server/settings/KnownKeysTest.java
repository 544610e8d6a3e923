package io.coppice.server.settings;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.OperatorException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** If this fails, a misspelt or removed key is silently ignored, or a good one stops the start. */
class KnownKeysTest {
    private static final Path FILE = Path.of("/cloud/config/coppice.properties");
    private static final KnownKeys KEYS = new KnownKeys(
            List.of(
                    "coppice.region",
                    "coppice.walrus.max-put-bytes",
                    "coppice.walrus.domains",
                    "coppice.database.url",
                    "coppice.kafka.producer.*"),
            Map.of("coppice.walrus.old", "Write coppice.walrus.domains."));

    @Test
    void aMisspeltKeyNamesItsFileAndTheNearestKey() {
        var refusal = refusedKey("coppice.walrus.max-put-byte");
        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("coppice.walrus.max-put-byte\" in " + FILE), message);
        assertTrue(refusal.fix().contains("coppice.walrus.max-put-bytes"), refusal.fix());
    }

    @Test
    void aMisspeltPrefixIsFoundToo() {
        assertTrue(refusedKey("copice.region").fix().contains("coppice.region"));
    }

    @Test
    void aKeyLikeNoOtherNamesNone() {
        assertTrue(refusedKey("coppice.something.else.altogether").fix().contains("configuration.md"));
        refusedKey("coppice.kafka.producer.");
    }

    @Test
    void aRemovedKeySaysWhatToDoInstead() {
        assertTrue(refusedKey("coppice.walrus.old").fix().equals("Write coppice.walrus.domains."));
    }

    @Test
    void goodKeysPass() {
        check(Map.of(
                "coppice.region", "r",
                "coppice.walrus.domains[0]", "d",
                "coppice.kafka.producer.linger.ms", "5",
                "quarkus.log.level", "INFO"));
    }

    @Test
    void aMisspeltVariableNamesTheNearest() {
        var refusal = refusedVariable("COPPICE_WALRUS_MAX_PUT_BYTE");
        var message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("COPPICE_WALRUS_MAX_PUT_BYTE"), message);
        assertTrue(refusal.fix().contains("COPPICE_WALRUS_MAX_PUT_BYTES"), refusal.fix());
        assertTrue(refusedVariable("COPPICE_DATTA").fix().contains("COPPICE_DATA"));
    }

    @Test
    void aVariableOfAKeyThatOnlyTheFileSetsSaysSo() {
        assertTrue(refusedVariable("COPPICE_DATABASE_URL").fix().contains("coppice.database.url"));
    }

    @Test
    void goodVariablesPass() {
        KEYS.check(
                new Settings(new LinkedHashMap<>()),
                FILE,
                Map.of(
                        "COPPICE_WALRUS_MAX_PUT_BYTES", "1",
                        "COPPICE_KAFKA_PRODUCER_LINGER_MS", "1",
                        "COPPICE_DATA", "/x",
                        "COPPICE_DATABASE_PASSWORD", "x",
                        "COPPICEX", "not ours"));
    }

    @Test
    void theListOfThisVersionHasTheKeysThatUpWrites() {
        var values = new LinkedHashMap<String, String>();
        for (var key : List.of(
                Settings.ROLES,
                Settings.API,
                Settings.NODE_CIDR,
                Settings.CLOUD_CIDR,
                Settings.NAMESPACE_HOSTS,
                Settings.DATABASE_URL,
                Settings.JOIN_TOKEN,
                Settings.INSECURE)) {
            values.put(key, "x");
        }
        KnownKeys.ofThisVersion().check(new Settings(values), FILE, Map.of());
    }

    private static OperatorException refusedKey(String key) {
        return assertThrows(OperatorException.class, () -> check(Map.of(key, "x")));
    }

    private static void check(Map<String, String> values) {
        KEYS.check(new Settings(new LinkedHashMap<>(values)), FILE, Map.of());
    }

    private static OperatorException refusedVariable(String name) {
        return assertThrows(
                OperatorException.class,
                () -> KEYS.check(new Settings(new LinkedHashMap<>()), FILE, Map.of(name, "x")));
    }
}
