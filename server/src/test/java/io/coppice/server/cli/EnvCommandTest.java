package io.coppice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.process.HostCommand;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
