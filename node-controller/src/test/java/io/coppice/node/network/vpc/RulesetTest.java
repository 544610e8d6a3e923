package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * If this failed, a change of one rule would rewrite others, a change would be refused by nft and leave old rules in force, or
 * flows would go on that a change has forbidden.
 */
class RulesetTest {
    private static Ruleset rules(List<String> web, List<String> members, Map<String, String> receiving) {
        var builder = Ruleset.builder("inet", "contents").set("members", "ipv4_addr", members);
        receiving.values().stream()
                .distinct()
                .forEach(verdict -> builder.chain(
                        verdict.substring("goto ".length()), verdict.endsWith("web") ? web : List.of("drop")));
        return builder.map("receiving", "ipv4_addr : verdict", new TreeMap<>(receiving))
                .baseChain(
                        "in", "type filter hook forward priority 0; policy accept", List.of("ip daddr vmap @receiving"))
                .build();
    }

    private static Ruleset before() {
        return rules(
                List.of("tcp dport 80 accept", "drop"),
                List.of("10.0.0.1", "10.0.0.2"),
                Map.of("10.0.0.5", "goto web", "10.0.0.6", "goto closed"));
    }

    @Test
    void theSameNeedsNothing() {
        assertEquals("", before().changesFrom(before()));
        assertFalse(before().mayForbidMoreThan(before()));
    }

    @Test
    void oneRuleTouchesOneChain() {
        var after = rules(
                List.of("drop"),
                List.of("10.0.0.1", "10.0.0.2"),
                Map.of("10.0.0.5", "goto web", "10.0.0.6", "goto closed"));
        assertEquals("flush chain inet contents web\nadd rule inet contents web drop\n", after.changesFrom(before()));
        assertTrue(after.mayForbidMoreThan(before()));
    }

    @Test
    void oneMemberTouchesOneElement() {
        var after = rules(
                List.of("tcp dport 80 accept", "drop"),
                List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"),
                Map.of("10.0.0.5", "goto web", "10.0.0.6", "goto closed"));
        assertEquals("add element inet contents members { 10.0.0.3 }\n", after.changesFrom(before()));
        assertFalse(after.mayForbidMoreThan(before()), "who comes takes nothing from anybody");
        assertTrue(before().mayForbidMoreThan(after), "who leaves does");
    }

    @Test
    void nftCarriesEveryChangeOut() throws IOException {
        assumeTrue(NetworkLab.missing().isEmpty(), "nft works for root only");
        var moved =
                rules(List.of("drop"), List.of("10.0.0.3"), Map.of("10.0.0.5", "goto closed", "10.0.0.7", "goto web"));
        var shrunk = rules(List.of(), List.of(), Map.of("10.0.0.7", "goto other"));
        try (var space = new Space("cpt-rules-%08x".formatted(System.nanoTime() & 0xffffffffL))) {
            var inside = Namespace.named(new CommandRunner(Duration.ofSeconds(20)), space.name());
            var steps = List.of(before(), moved, shrunk, moved, before());
            @Nullable Ruleset present = null;
            for (var next : steps) {
                inside.nft(next.changesFrom(present));
                var reached = inside.run("nft", "list", "table", "inet", "contents");
                inside.nft(next.whole());
                assertEquals(
                        sorted(inside.run("nft", "list", "table", "inet", "contents")),
                        sorted(reached),
                        "step by step one gets where one would get at once");
                present = next;
            }
        }
    }

    private static List<String> sorted(String text) {
        return text.lines().sorted().toList();
    }
}
