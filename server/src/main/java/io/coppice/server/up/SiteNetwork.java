package io.coppice.server.up;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What nobody but the site's people knows of a network of theirs that guests shall live in: asked for, never chosen. Pure. */
final class SiteNetwork {
    private static final Map<String, String> EXAMPLES = Map.of(
            Settings.CLOUD_CIDR, "192.0.2.0/24",
            Settings.NODE_CIDR, "192.0.2.0/24",
            Settings.PAIRS, "02:00:5e:00:00:01=192.0.2.17,02:00:5e:00:00:02=192.0.2.18",
            Settings.UPLINK, "eth1",
            Settings.HOST_ADDRESS, "192.0.2.9");
    private static final int WIDEST_PREFIX = 8;
    private static final int NARROWEST_PREFIX = 30;

    private SiteNetwork() {}

    /**
     * The settings of a new cloud with what follows from them. Throws {@link OperatorException} that shows an example of
     * each setting that is missing, or names the wrong one.
     *
     * @param settings as a person gave them
     * @param realHosts whether this machine carries guests
     */
    static Map<String, String> ofCloud(NetworkMode mode, Map<String, String> settings, boolean realHosts) {
        var needed = new ArrayList<>(List.of(Settings.CLOUD_CIDR));
        if (mode == NetworkMode.STATIC) {
            needed.add(Settings.PAIRS);
        }
        if (realHosts) {
            needed.addAll(List.of(Settings.UPLINK, Settings.HOST_ADDRESS));
        }
        var command = "./coppice up --network " + mode.written();
        demand(needed, settings, command);
        checkRange(settings, Settings.CLOUD_CIDR);
        var completed = new LinkedHashMap<>(settings);
        completed.putIfAbsent(Settings.NODE_CIDR, settings.getOrDefault(Settings.CLOUD_CIDR, ""));
        return completed;
    }

    /** Throws {@link OperatorException} when a host that joins such a cloud lacks something of its own. */
    static void checkHost(Map<String, String> settings) {
        demand(List.of(Settings.UPLINK, Settings.HOST_ADDRESS), settings, "./coppice node join TOKEN");
    }

    private static void demand(List<String> needed, Map<String, String> settings, String command) {
        var missing = needed.stream()
                .filter(key -> settings.getOrDefault(key, "").isBlank())
                .toList();
        if (!missing.isEmpty()) {
            throw new OperatorException(
                    "guests in a network of the site's need " + String.join(", ", missing),
                    "For example: " + command
                            + missing.stream()
                                    .map(key -> " --set " + key + "=" + EXAMPLES.getOrDefault(key, ""))
                                    .collect(Collectors.joining()));
        }
    }

    private static void checkRange(Map<String, String> settings, String key) {
        var text = settings.getOrDefault(key, "");
        try {
            var prefix = Ipv4Range.parse(text).prefix();
            if (prefix >= WIDEST_PREFIX && prefix <= NARROWEST_PREFIX) {
                return;
            }
        } catch (IllegalArgumentException e) {
            throw new OperatorException(key + ": " + e.getMessage(), "Write it as 192.0.2.0/24.", e);
        }
        throw new OperatorException(key + ": " + text + " has no prefix of 8 to 30 bits", "Write it as 192.0.2.0/24.");
    }
}
