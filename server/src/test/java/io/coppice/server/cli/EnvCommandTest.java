package io.coppice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.process.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken: {@code eval "$(coppice env)"} would run what stands in a value, or change it. */
final class EnvCommandTest {
    @Test
    void aShellReadsEveryValueBackUnchanged() {
        var hostile = "a b'c\"$(touch /nonexistent/x)`id`\\;&|#~*";
        var text = EnvCommand.exports(new LinkedHashMap<>(Map.of("VALUE", hostile)));

        var result = HostCommand.run(Duration.ofSeconds(10), "sh", "-c", text + "printf %s \"$VALUE\"");

        assertTrue(result.succeeded(), result.output());
        assertEquals(hostile, result.output());
    }

    /** A program of that name stands for an aws that is too old to read the variable: it tells what it was given. */
    @Test
    void anOldCommandLineIsGivenTheEndpointUntilItsVariableIsGone(@TempDir Path folder) throws IOException {
        var old = Files.writeString(folder.resolve("aws"), "#!/bin/sh\nprintf '%s|' \"$@\"\n");
        assertTrue(old.toFile().setExecutable(true));
        var script =
                "PATH=" + folder + ":$PATH\n" + EnvCommand.exports(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:1"))
                        + EnvCommand.AWS_WITH_ENDPOINT + "aws ec2 'two words'; unset AWS_ENDPOINT_URL; aws s3";

        for (var shell : List.of("sh", "bash")) {
            var result = HostCommand.run(Duration.ofSeconds(10), shell, "-c", script);
            assertEquals("--endpoint-url|http://127.0.0.1:1|ec2|two words|s3|", result.output(), shell);
        }
    }

    @Test
    void plainValuesAreNotQuoted() {
        var text = EnvCommand.exports(new LinkedHashMap<>(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:8773")));
        assertTrue(text.startsWith("export AWS_ENDPOINT_URL=http://127.0.0.1:8773\n"), text);
    }

    @Test
    void everyCommandExplainsItself() {
        CoppiceCommand.commandLine().getSubcommands().forEach((name, command) -> {
            var help = command.getUsageMessage();
            assertTrue(help.contains("Usage: coppice " + name), help);
            assertTrue(command.getCommandSpec().usageMessage().description().length > 0, name);
        });
    }
}
