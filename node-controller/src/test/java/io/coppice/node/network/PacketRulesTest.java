package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.command.CommandRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed, nft would refuse the rules of a host, or a gateway's rules would be made where another is the gateway. */
class PacketRulesTest {
    private static final CommandRunner COMMANDS = new CommandRunner(Duration.ofSeconds(30));
    private static final List<Binding> BINDINGS = List.of(
            new Binding("vm0123456789ab", "02:00:00:00:00:05", "10.0.0.5", "ip-10-0-0-5.internal"),
            new Binding("vmba9876543210", "02:00:00:00:00:06", "10.0.0.6", ""));

    @Test
    void nftAcceptsTheRulesOfAGateway() throws Exception {
        var script = rules(Optional.empty()).render(BINDINGS);
        assertTrue(script.contains("masquerade"));
        assertFalse(script.contains("chain across"));
        assertAccepted(script);
    }

    @Test
    void nftAcceptsTheRulesOfAHostWithAnUplink() throws Exception {
        var script = rules(Optional.of("eth0")).render(BINDINGS);
        assertFalse(script.contains("masquerade"), "the gateway is elsewhere");
        assertTrue(script.contains("oifname \"eth0\" jump across"));
        assertAccepted(script);
        assertAccepted(rules(Optional.of("eth0")).render(List.of()));
    }

    private static void assertAccepted(String script) throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/sbin/nft")),
                "nft checks rules for root only");
        var result = COMMANDS.execute(script, "nft", "--check", "-f", "-");
        assertEquals("", result.errors());
        assertTrue(result.succeeded());
    }

    private static PacketRules rules(Optional<String> uplink) {
        return new PacketRules(
                new NetworkSettings(
                        Ipv4Range.parse("10.0.0.0/24"), "cpttest", uplink, "10.0.0.1", "10.0.0.1", 8780, false),
                COMMANDS);
    }
}
