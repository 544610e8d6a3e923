package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.testing.cloud.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration of {@code testing/clients/terraform}: applied, planned again, changed in place, imported from, destroyed.
 * Takes {@code terraform} or {@code tofu} and a folder on this machine that holds the aws provider; nothing is downloaded.
 */
final class Terraform {
    private static final String PROVIDER = "hashicorp/aws";
    /** Exit status of {@code plan -detailed-exitcode}: nothing to do, and something. */
    private static final int NO_CHANGES = 0;

    private static final int CHANGES = 2;
    private static final Pattern IN_PLACE = Pattern.compile("Plan: 0 to add, \\d+ to change, 0 to destroy");

    private static final Pattern IMPORTED =
            Pattern.compile("Plan: (\\d+) to import, 0 to add, \\d+ to change, 0 to destroy");

    /** Things whose ids the cloud chose, and the outputs that tell them. */
    private static final Map<String, String> BY_OUTPUT = Map.ofEntries(
            Map.entry("aws_instance.machine", "instance"),
            Map.entry("aws_ebs_volume.data", "volume"),
            Map.entry("aws_ebs_snapshot.data", "snapshot"),
            Map.entry("aws_launch_template.small", "template"),
            Map.entry("aws_instance.chosen", "chosen"),
            Map.entry("aws_iam_policy.reads", "policy"),
            Map.entry("aws_vpc.net", "vpc"),
            Map.entry("aws_subnet.private", "subnet"),
            Map.entry("aws_internet_gateway.out", "gateway"),
            Map.entry("aws_nat_gateway.out", "nat"),
            Map.entry("aws_route_table.public", "table"),
            Map.entry("aws_network_acl.public", "acl"),
            Map.entry("aws_security_group.web", "group"),
            Map.entry("aws_network_interface.face", "interface"),
            Map.entry("aws_eip.nat", "address"));

    private final Toolbox tools;
    private final String thing = Toolbox.uniqueName();

    Terraform(Toolbox tools) {
        this.tools = tools;
    }

    void tell() {
        var program = Stream.of("terraform", "tofu")
                .map(Toolbox::find)
                .flatMap(Optional::stream)
                .findFirst();
        assumeTrue(program.isPresent(), "neither terraform nor tofu is on the PATH");
        var mirror = mirror();
        assumeTrue(mirror.isPresent(), "no folder of this machine holds the terraform provider " + PROVIDER);
        var folder = tools.copyOf("terraform");
        new Run(program.orElseThrow(), folder, environment(folder, mirror.orElseThrow())).tell();
    }

    /** One configuration in its folder. */
    private final class Run {
        private final Path program;
        private final Path folder;
        private final Map<String, String> environment;

        Run(Path program, Path folder, Map<String, String> environment) {
            this.program = program;
            this.folder = folder;
            this.environment = environment;
        }

        void tell() {
            terraform("init", "-input=false").orFail();
            try {
                terraform("apply", "-auto-approve", "-input=false").orFail();
                planned(NO_CHANGES);
                updateInPlace();
                importAgain(ids());
            } finally {
                terraform("destroy", "-auto-approve", "-input=false").orFail();
            }
            assertEquals("", terraform("state", "list").orFail().output().strip(), "something is left");
        }

        private void updateInPlace() {
            environment.put("TF_VAR_stage", "two");
            var plan = planned(CHANGES).output();
            assertTrue(IN_PLACE.matcher(plan).find(), plan);
            terraform("apply", "-auto-approve", "-input=false").orFail();
            planned(NO_CHANGES);
        }

        /** What is imported, by its address in the configuration: the id that the cloud knows it by. */
        private Map<String, String> ids() {
            var outputs = outputs();
            var ids = new TreeMap<>(Map.of(
                    "aws_s3_bucket.bucket", thing,
                    "aws_placement_group.parts", thing + "-parts",
                    "aws_iam_role.machine", thing + "-machine"));
            BY_OUTPUT.forEach((address, output) -> ids.put(
                    address, Objects.requireNonNull(outputs.get(output), output).asText()));
            return ids;
        }

        /**
         * Forgets things and learns them again from the cloud: what is read must be what is configured. All at once, since
         * most of a run of terraform is its beginning.
         */
        private void importAgain(Map<String, String> ids) {
            terraform(
                            "state",
                            Stream.concat(Stream.of("rm"), ids.keySet().stream())
                                    .toArray(String[]::new))
                    .orFail();
            Toolbox.write(
                    folder.resolve("imports.tf"),
                    ids.entrySet().stream()
                            .map(each ->
                                    "import {\n  to = %s\n  id = \"%s\"\n}\n".formatted(each.getKey(), each.getValue()))
                            .collect(Collectors.joining()));
            var plan = terraform("plan", "-detailed-exitcode", "-input=false").output();
            // What a provider cannot read back it sets again in place; it must not want to make a thing anew.
            var imported = IMPORTED.matcher(plan);
            assertTrue(imported.find(), plan);
            assertEquals(ids.size(), Integer.parseInt(imported.group(1)), plan);
            terraform("apply", "-auto-approve", "-input=false").orFail();
            planned(NO_CHANGES);
        }

        private Command.Result planned(int status) {
            var plan = terraform("plan", "-detailed-exitcode", "-input=false");
            assertEquals(status, plan.status(), plan::output);
            return plan;
        }

        /** All outputs of the configuration, by name. */
        private Map<String, JsonNode> outputs() {
            var values = new TreeMap<String, JsonNode>();
            try {
                new ObjectMapper()
                        .readTree(terraform("output", "-json").orFail().output())
                        .properties()
                        .forEach(each ->
                                values.put(each.getKey(), each.getValue().path("value")));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException("terraform's outputs are no JSON", e);
            }
            return values;
        }

        private Command.Result terraform(String command, String... arguments) {
            var line = new ArrayList<>(List.of(program.toString(), command));
            line.addAll(List.of(arguments));
            if (!command.equals("output") && !(command.equals("state"))) {
                line.add(2, "-no-color");
            }
            return tools.run(environment, folder, line);
        }
    }

    private Map<String, String> environment(Path folder, Path mirror) {
        var config = Toolbox.write(folder.resolve("cli.tfrc"), """
                provider_installation {
                  filesystem_mirror {
                    path = "%s"
                  }
                }
                """.formatted(mirror));
        var environment = new TreeMap<String, String>();
        environment.put("TF_CLI_CONFIG_FILE", config.toString());
        environment.put("TF_IN_AUTOMATION", "1");
        environment.put("CHECKPOINT_DISABLE", "1");
        environment.put("TF_VAR_endpoint", tools.value("AWS_ENDPOINT_URL"));
        environment.put("TF_VAR_image", tools.value("COPPICE_SAMPLE_IMAGE"));
        environment.put("TF_VAR_thing", thing);
        environment.put("TF_VAR_public_key", tools.publicKey(folder));
        return environment;
    }

    /** The first folder that holds the provider the way terraform's file mirrors lie. */
    private static Optional<Path> mirror() {
        var home = Path.of(System.getProperty("user.home"));
        return Stream.concat(
                        Stream.ofNullable(System.getenv("TF_PLUGIN_MIRROR")).map(Path::of),
                        Stream.of(
                                home.resolve(".terraform.d/plugins"),
                                home.resolve(".local/share/terraform/plugins"),
                                Path.of("/usr/share/terraform/plugins"),
                                Path.of("/usr/local/share/terraform/plugins"),
                                Path.of("/opt/tf-plugins")))
                .filter(Terraform::holdsProvider)
                .findFirst();
    }

    private static boolean holdsProvider(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var hosts = Files.list(folder)) {
            return hosts.anyMatch(host -> Files.isDirectory(host.resolve(PROVIDER)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
