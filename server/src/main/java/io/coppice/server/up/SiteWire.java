package io.coppice.server.up;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a cloud must know of the wire of the site's that guests' frames take between hosts. */
final class SiteWire {
    /** Ends the name of the bridge that it is plugged into, as hosts name it ({@code VpcSettings}). */
    static final String BRIDGE_SUFFIX = "-tr";

    /** Where Open vSwitch's database listens unless {@code coppice.node.network.ovs-database} says otherwise. */
    static final String DATABASE = "unix:/var/run/openvswitch/db.sock";

    private static final String SWITCH = "ovs-vsctl";

    private SiteWire() {}

    /**
     * The settings of a new cloud as a person gave them. Throws {@link OperatorException} with an example when something is missing.
     *
     * @param carrier the machine that carries guests; absent when none does
     */
    static Map<String, String> ofCloud(NetworkMode mode, Map<String, String> settings, Optional<Machine> carrier) {
        if (carrier.isPresent()) {
            check(settings, "./coppice up --network " + mode.written());
            if (mode == NetworkMode.MANAGED && !carrier.get().has(SWITCH)) {
                throw new OperatorException(
                        "VLANs need Open vSwitch, which is not installed here",
                        "apt-get install openvswitch-switch, and see that its daemons run.");
            }
        }
        return new LinkedHashMap<>(settings);
    }

    /** Throws {@link OperatorException} when a host lacks its way to the others. */
    static void check(Map<String, String> settings, String command) {
        if (settings.getOrDefault(Settings.TRUNK, "").isBlank()) {
            throw new OperatorException(
                    "guests' frames take a device of this host to the others: " + Settings.TRUNK + " is missing",
                    "For example: " + command + " --set " + Settings.TRUNK + "=eth1");
        }
    }
}
