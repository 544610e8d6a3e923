package io.coppice.node.network.vpc;

import java.util.Optional;

/** How a host reaches the network of public addresses, as it is set. */
enum PublicAccess {
    /** By itself, and others by it. */
    HERE,
    /** By a host that reaches it by itself. */
    ELSEWHERE,
    /** It is the gateway of its own guests and of nobody else's. */
    OWN;

    /** Throws {@link IllegalArgumentException} that names the key when the setting is none, or does not fit the uplink. */
    static PublicAccess of(String setting, Optional<String> uplink) {
        return switch (setting) {
            case "auto" -> uplink.isPresent() ? HERE : OWN;
            case "yes" -> HERE;
            case "no" -> {
                if (uplink.isPresent()) {
                    throw new IllegalArgumentException(
                            "coppice.node.network.public-access no: a host with coppice.node.network.uplink %s reaches the public network by itself; remove one of them"
                                    .formatted(uplink.get()));
                }
                yield ELSEWHERE;
            }
            default ->
                throw new IllegalArgumentException(
                        "coppice.node.network.public-access must be auto, yes or no, not \"%s\"".formatted(setting));
        };
    }
}
