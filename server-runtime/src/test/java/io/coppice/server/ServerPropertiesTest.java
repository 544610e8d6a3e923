package io.coppice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Broken: a process would open databases it has not, serve plain HTTP to other machines, or listen where it should not. */
final class ServerPropertiesTest {
    private static final DataFolder FOLDER = new DataFolder(Path.of("/tmp/cloud"));
    private static final Optional<ServerProperties.Database> DATABASE =
            Optional.of(new ServerProperties.Database("jdbc:postgresql://h/d", "u", "secret"));

    @Test
    void everyRoleWithRowsGetsTheDatabase() {
        var properties = ServerProperties.of(FOLDER, settings(Map.of()), DATABASE, Optional.empty(), role -> true);

        for (var name : new String[] {"cloud", "walrus", "ebs"}) {
            assertEquals("jdbc:postgresql://h/d", properties.get("quarkus.datasource." + name + ".jdbc.url"));
            assertFalse(properties.containsKey("quarkus.hibernate-orm." + name + ".database.start-offline"));
        }
        assertEquals("8773", properties.get("quarkus.http.port"));
        assertEquals("127.0.0.1", properties.get("quarkus.http.host"));
    }

    @Test
    void aHostHasNoDatabaseAndAHiddenDoor() {
        var properties = ServerProperties.of(
                FOLDER, settings(Map.of(Settings.ROLES, "nc")), Optional.empty(), Optional.empty(), role -> true);

        assertEquals("false", properties.get("quarkus.flyway.cloud.migrate-at-start"));
        assertEquals("true", properties.get("quarkus.hibernate-orm.ebs.database.start-offline"));
        assertEquals("0", properties.get("quarkus.http.port"));
        assertEquals("127.0.0.1", properties.get("quarkus.http.host"));
    }

    @Test
    void aCertificateTurnsPlainHttpOff() {
        var certificate = new ServerProperties.Certificate(Path.of("/c.pem"), Path.of("/k.pem"));
        var properties = ServerProperties.of(
                FOLDER,
                settings(Map.of(Settings.API, "192.0.2.1:8773")),
                DATABASE,
                Optional.of(certificate),
                role -> true);

        assertEquals("disabled", properties.get("quarkus.http.insecure-requests"));
        assertEquals("8773", properties.get("quarkus.http.ssl-port"));
        assertEquals("/k.pem", properties.get("quarkus.http.ssl.certificate.key-files"));
    }

    @Test
    void theDatabasePasswordIsNotShown() {
        assertFalse(DATABASE.orElseThrow().toString().contains("secret"));
    }

    @Test
    void nothingIsSaidOfDatabasesThatTheBuildDoesNotKnow() {
        var properties = ServerProperties.of(
                FOLDER, settings(Map.of(Settings.ROLES, "nc")), Optional.empty(), Optional.empty(), role -> false);

        assertFalse(
                properties.keySet().stream().anyMatch(key -> key.startsWith("quarkus.datasource")),
                properties.toString());
    }

    private static Settings settings(Map<String, String> values) {
        return new Settings(new LinkedHashMap<>(values));
    }
}
