package io.coppice.server;

import io.coppice.foundation.role.RoleName;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Says in Quarkus' words what a cloud's settings mean: HTTP port and certificate, datasources, log files. Pure: the same
 * settings give the same properties.
 */
final class ServerProperties {
    private static final String LOG_FORMAT = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5p [%c{2.}] (%t) %s%e%n";
    private static final String MAX_LOG_SIZE = "20M";
    private static final String LOG_BACKUPS = "5";

    /** Role to the name of its datasource, persistence unit, Flyway and schema. */
    private static final Map<RoleName, String> DATABASES =
            Map.of(RoleName.CLOUD_CONTROLLER, "cloud", RoleName.WALRUS, "walrus", RoleName.EBS_CONTROLLER, "ebs");

    private static final Map<RoleName, String> PACKAGES = Map.of(
            RoleName.CLOUD_CONTROLLER, "io.coppice.cloud",
            RoleName.CLUSTER_CONTROLLER, "io.coppice.cluster",
            RoleName.NODE_CONTROLLER, "io.coppice.node",
            RoleName.WALRUS, "io.coppice.walrus",
            RoleName.EBS_CONTROLLER, "io.coppice.ebs");

    private ServerProperties() {}

    /** Where the database is; the password is never logged. */
    record Database(String url, String user, String password) {
        @Override
        public String toString() {
            return "Database[" + url + "]";
        }
    }

    /** A PEM certificate chain and its key. */
    record Certificate(Path chain, Path key) {}

    /** Whether this build has a role at all: applications of a single role have one. */
    static boolean present(RoleName role) {
        return ServerProperties.class.getResource(
                        "/" + PACKAGES.getOrDefault(role, "").replace('.', '/') + "/package-info.class")
                != null;
    }

    /** @param present tells which roles this build has: Quarkus knows no database of the others */
    static Map<String, String> of(
            DataFolder folder,
            Settings settings,
            Optional<Database> database,
            Optional<Certificate> certificate,
            Predicate<RoleName> present) {
        var properties = new LinkedHashMap<String, String>();
        // One settings file serves processes that play different roles: a key of an absent role is no mistake.
        properties.put("smallrye.config.mapping.validate-unknown", "false");
        properties.putAll(settings.values());
        properties.put(Settings.DATA_DIR, folder.toString());
        http(properties, settings, certificate);
        databases(properties, settings.roles(), database, present);
        logs(properties, folder, settings.roles());
        return properties;
    }

    private static void http(Map<String, String> properties, Settings settings, Optional<Certificate> certificate) {
        if (!settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
            // Nobody but this machine's command line asks such a process anything.
            properties.put("quarkus.http.host", Loopback.ADDRESS);
            properties.put("quarkus.http.port", "0");
            return;
        }
        var api = settings.endpoint(Settings.API);
        properties.put("quarkus.http.host", api.host());
        if (certificate.isEmpty()) {
            properties.put("quarkus.http.port", Integer.toString(api.port()));
            return;
        }
        properties.put("quarkus.http.insecure-requests", "disabled");
        // Whoever renews the files need not stop the server: ApiCertificate does so while it runs.
        properties.put("quarkus.http.ssl.certificate.reload-period", "1h");
        properties.put("quarkus.http.ssl-port", Integer.toString(api.port()));
        properties.put(
                "quarkus.http.ssl.certificate.files", certificate.get().chain().toString());
        properties.put(
                "quarkus.http.ssl.certificate.key-files",
                certificate.get().key().toString());
    }

    private static void databases(
            Map<String, String> properties,
            List<RoleName> roles,
            Optional<Database> database,
            Predicate<RoleName> present) {
        DATABASES.forEach((role, name) -> {
            if (!present.test(role)) {
                return;
            }
            if (!roles.contains(role) || database.isEmpty()) {
                keepOffline(properties, name);
                return;
            }
            properties.put(
                    "quarkus.datasource." + name + ".jdbc.url", database.get().url());
            properties.put(
                    "quarkus.datasource." + name + ".username", database.get().user());
            properties.put(
                    "quarkus.datasource." + name + ".password", database.get().password());
        });
    }

    /**
     * A role that is not played keeps its beans, and some of them want a persistence unit: it is there, but nothing
     * ever connects. Marking it inactive instead stops the whole start.
     */
    private static void keepOffline(Map<String, String> properties, String name) {
        properties.put("quarkus.datasource." + name + ".jdbc.url", "jdbc:postgresql://127.0.0.1:1/none");
        properties.put("quarkus.hibernate-orm." + name + ".database.start-offline", "true");
        properties.put("quarkus.hibernate-orm." + name + ".database.version-check.enabled", "false");
        properties.put("quarkus.flyway." + name + ".migrate-at-start", "false");
    }

    private static void logs(Map<String, String> properties, DataFolder folder, List<RoleName> roles) {
        properties.put("quarkus.log.console.enabled", "false");
        file(properties, "quarkus.log.file", folder.logs().resolve("server.log"));
        for (var role : roles) {
            var handler = "quarkus.log.handler.file.\"" + role.longName() + "\"";
            file(properties, handler, folder.logs().resolve(role.longName() + ".log"));
            properties.put("quarkus.log.category.\"" + PACKAGES.get(role) + "\".handlers", role.longName());
        }
    }

    private static void file(Map<String, String> properties, String prefix, Path path) {
        properties.put(prefix + ".enabled", "true");
        properties.put(prefix + ".path", path.toString());
        properties.put(prefix + ".format", LOG_FORMAT);
        properties.put(prefix + ".rotation.max-file-size", MAX_LOG_SIZE);
        properties.put(prefix + ".rotation.max-backup-index", LOG_BACKUPS);
        properties.put(prefix + ".rotation.rotate-on-boot", "false");
    }
}
