package io.coppice.server.up;

import io.coppice.foundation.rpc.Address;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.PortChooser;
import io.coppice.server.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the first values of a new cloud's settings: free ports, a free range for guests, names that no other cloud on
 * the machine has. Chosen once and written down, so that a cloud keeps its addresses.
 */
final class FirstSettings {
    private static final List<String> ENDPOINT_ORDER =
            List.of(Settings.API, Settings.CLOUD, Settings.CLUSTER, Settings.EBS, Settings.WALRUS, Settings.S3);

    private static final int MANAGEMENT_GATEWAY = 254;
    private static final int MANAGEMENT_TRIES = 64;
    /** How many /24 networks 100.64.0.0/10 has. */
    private static final int SHARED_NETWORKS = 16_384;

    private final DataFolder folder;
    private final UpOptions options;
    private final Machine machine;
    private final PortChooser ports = new PortChooser();

    FirstSettings(DataFolder folder, UpOptions options, Machine machine) {
        this.folder = folder;
        this.options = options;
        this.machine = machine;
    }

    Settings choose(HypervisorChoice hypervisor) {
        var values = new LinkedHashMap<String, String>();
        var region = options.region().orElse(Defaults.REGION);
        var hosts = options.hosts().orElse(1);
        var simulated = hypervisor.name().equals(HypervisorChoice.SIMULATED);
        var namespaces = !simulated && options.hosts().isPresent() && hosts > 1;
        var cidr = guestRange();
        values.put(Settings.ROLES, namespaces ? "clc,cc,walrus,ebs" : "clc,cc,nc,walrus,ebs");
        values.put(Settings.REGION, region);
        values.put(Settings.ZONE, Defaults.zone(region));
        var management = namespaces ? managementRange() : "";
        endpoints(values, namespaces ? Ipv4Range.parse(management).address(MANAGEMENT_GATEWAY) : Loopback.ADDRESS);
        values.put(Settings.HYPERVISOR, hypervisor.name());
        values.put(Settings.NODE_CIDR, cidr);
        values.put(Settings.CLOUD_CIDR, cidr);
        values.put(Settings.BRIDGE, "cop-" + folder.shortName());
        values.put(Settings.METADATA_PORT, Integer.toString(Defaults.METADATA_PORT));
        if (simulated) {
            values.put(Settings.SIMULATED_HOSTS, Integer.toString(hosts));
            values.put(Settings.ALLOW_SIMULATED_HOSTS, "true");
        }
        if (namespaces) {
            values.put(Settings.NAMESPACE_HOSTS, Integer.toString(hosts));
            values.put(Settings.NAMESPACE_MANAGEMENT, management);
        }
        if (options.insecure()) {
            values.put(Settings.INSECURE, "true");
        }
        options.databaseUrl().ifPresent(url -> values.put(Settings.DATABASE_URL, url));
        options.databaseUser().ifPresent(user -> values.put(Settings.DATABASE_USER, user));
        options.databasePasswordFile().ifPresent(file -> values.put(Settings.DATABASE_PASSWORD_FILE, file));
        return new Settings(values);
    }

    /**
     * The users' door listens where it was told; what only roles and hosts use stays on loopback, except what hosts in
     * namespaces must reach, which is on their fabric.
     */
    private void endpoints(LinkedHashMap<String, String> values, String hostsReach) {
        for (var key : ENDPOINT_ORDER) {
            var wanted = Address.parse(Defaults.ENDPOINTS.getOrDefault(key, ""));
            var host =
                    switch (key) {
                        case Settings.API -> options.listen().orElse(Loopback.ADDRESS);
                        case Settings.CLUSTER, Settings.S3 -> hostsReach;
                        default -> Loopback.ADDRESS;
                    };
            // An address that does not exist yet is tried on loopback: what is free there is free on a new device.
            var probe = host.equals(hostsReach) ? Loopback.ADDRESS : host;
            values.put(key, new Address(host, ports.choose(probe, wanted.port())).toString());
        }
    }

    /** A free /24 of the shared address space (RFC 6598) for the way between this machine and hosts in namespaces. */
    private String managementRange() {
        var first = Integer.parseInt(folder.shortName(), 16) % SHARED_NETWORKS;
        var candidates = IntStream.range(0, MANAGEMENT_TRIES)
                .map(attempt -> (first + attempt) % SHARED_NETWORKS)
                .mapToObj(number -> "100." + (64 + number / 256) + "." + number % 256 + ".0/24")
                .toList();
        return Ipv4Range.firstFree(candidates, machine.rangesInUse())
                .orElseThrow(() -> new OperatorException(
                        "no free network for hosts in namespaces in 100.64.0.0/10",
                        "Remove other clouds' hosts first."));
    }

    private String guestRange() {
        return Ipv4Range.firstFree(Defaults.GUEST_CIDRS, machine.rangesInUse())
                .orElseThrow(() -> new OperatorException(
                        "every range that guests could have is in use on this machine",
                        "Write a free one as " + Settings.NODE_CIDR + " and " + Settings.CLOUD_CIDR + " into "
                                + folder.settings() + "."));
    }
}
