package io.coppice.node.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.util.Optional;

/**
 * Looks for what another program's packet rules do to guests. A table of ours cannot overrule another table's "drop", so
 * the operator is told instead.
 */
final class ForwardPolicy {
    private final CommandRunner commands;

    ForwardPolicy(CommandRunner commands) {
        this.commands = commands;
    }

    /** What keeps guests from the outside and how to change it, empty when nothing was found. */
    Optional<String> obstacle() throws IOException {
        var chains = JsonMapper.builder().build().readTree(commands.run("nft", "-j", "list", "chains"));
        for (var item : chains.path("nftables")) {
            var chain = item.path("chain");
            if (dropsForwarded(chain)) {
                return Optional.of(
                        "the chain %1$s of table %2$s %3$s drops what it forwards (Docker and firewalls set this); allow it with: nft insert rule %2$s %3$s %1$s accept"
                                .formatted(
                                        chain.path("name").asText(),
                                        chain.path("family").asText(),
                                        chain.path("table").asText()));
            }
        }
        return Optional.empty();
    }

    private static boolean dropsForwarded(JsonNode chain) {
        var family = chain.path("family").asText();
        return (family.equals("ip") || family.equals("inet"))
                && chain.path("hook").asText().equals("forward")
                && chain.path("policy").asText().equals("drop");
    }
}
