package io.coppice.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.coppice.foundation.role.RoleName;
import io.coppice.server.database.EmbeddedPostgres;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.SampleImage;
import io.coppice.server.up.ZoneServers;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how the cloud is. Exits with 0 when it is ready, else 1. */
@Command(
        name = "status",
        description = "Say how the cloud is; exit code 0 when it is ready, 1 when it is not.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./coppice status", "  ./coppice status --output json | jq .ready"})
final class StatusCommand extends CloudCommand {
    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json.", defaultValue = "text")
    private OutputFormat output = OutputFormat.text;

    @Override
    public Integer call() throws IOException {
        var settings = cloud.settings();
        var json = new ObjectMapper();
        try (var client = new StatusClient(folder(), settings)) {
            var pid = new BackgroundServer(folder()).pid();
            var report = pid.flatMap(any -> client.status())
                    .filter(ObjectNode.class::isInstance)
                    .map(ObjectNode.class::cast)
                    .orElseGet(() -> json.createObjectNode().put("ready", false));
            report.put("running", pid.isPresent());
            report.put("dataDir", folder().toString());
            if (settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
                report.put("endpointUrl", settings.publicUrl());
            }
            report.put(
                    "postgres",
                    settings.value(Settings.DATABASE_URL).isPresent()
                            || EmbeddedPostgres.of(folder()).running().isPresent());
            var zones = zones();
            zones.forEach(report.putObject("zones")::set);
            if (zones.values().stream().anyMatch(zone -> !zone.path("ready").asBoolean())) {
                report.put("ready", false);
            }
            new SampleImage(folder()).id().ifPresent(id -> report.put("sampleImage", id));
            if (output == OutputFormat.json) {
                out().println(json.writerWithDefaultPrettyPrinter().writeValueAsString(report));
            } else {
                print(report);
            }
            return report.path("ready").asBoolean() ? 0 : 1;
        }
    }

    /** The servers of further zones on this machine, by zone. */
    private Map<String, JsonNode> zones() {
        var zones = new TreeMap<String, JsonNode>();
        for (var zone : ZoneServers.of(folder())) {
            var settings = Settings.load(zone);
            if (settings.isEmpty()) {
                continue;
            }
            try (var client = new StatusClient(zone, settings.get())) {
                zones.put(ZoneServers.zone(zone), client.status().orElseGet(() -> new ObjectMapper()
                        .createObjectNode()
                        .put("ready", false)));
            }
        }
        return zones;
    }

    private void printRoles(JsonNode report, String indent) {
        report.path("roles").properties().forEach(role -> out().printf(
                        "%s%s %-18s %s%n",
                        indent,
                        role.getValue().path("ready").asBoolean() ? "✓" : "✗",
                        role.getKey(),
                        role.getValue().path("summary").asText()));
    }

    private void print(ObjectNode report) {
        if (!report.path("running").asBoolean()) {
            out().println("down: no server runs on " + folder());
            return;
        }
        out().println((report.path("ready").asBoolean() ? "ready" : "not ready") + ": " + folder() + ", pid "
                + report.path("pid").asText("?"));
        if (report.has("endpointUrl")) {
            out().println("  endpoint " + report.path("endpointUrl").asText());
        }
        printRoles(report, "  ");
        report.path("zones").properties().forEach(zone -> {
            out().println("  zone " + zone.getKey()
                    + (zone.getValue().path("ready").asBoolean() ? "" : ": not ready"));
            printRoles(zone.getValue(), "    ");
        });
        if (report.has("sampleImage")) {
            out().println("  sample image " + report.path("sampleImage").asText());
        }
    }
}
