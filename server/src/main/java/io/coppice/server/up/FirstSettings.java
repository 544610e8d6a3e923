package io.coppice.server.up;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.rpc.Address;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.PortChooser;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Chooses the first values of a new cloud's settings: free ports, a free range for guests, names that no other cloud on
 * the machine has. Chosen once and written down, so that a cloud keeps its addresses.
 */
final class FirstSettings {
    private static final List<String> ENDPOINT_ORDER =
            List.of(Settings.API, Settings.CLOUD, Settings.CLUSTER, Settings.EBS, Settings.WALRUS, Settings.S3);

    /** Every address of the machine. */
    private static final String ANY = "0.0.0.0";

    private static final int MANAGEMENT_GATEWAY = 254;
    private static final int MANAGEMENT_TRIES = 64;
    /** How many /24 networks 100.64.0.0/10 has. */
    private static final int SHARED_NETWORKS = 16_384;

    private final DataFolder folder;
    private final UpOptions options;
    private final Machine machine;
    private final PortChooser ports;

    /** Claims the ports that it chooses. */
    FirstSettings(DataFolder folder, UpOptions options, Machine machine, PortClaims claims) {
        this.folder = folder;
        this.options = options;
        this.machine = machine;
        this.ports = new PortChooser(claims);
    }

    Settings choose(HypervisorChoice hypervisor) {
        var values = new LinkedHashMap<String, String>();
        var region = options.region().orElse(Defaults.REGION);
        var hosts = options.hosts().orElse(1);
        var simulated = hypervisor.name().equals(HypervisorChoice.SIMULATED);
        var namespaces = !simulated && options.hosts().isPresent() && hosts > 1;
        values.put(Settings.ROLES, namespaces ? "clc,cc,walrus,ebs" : "clc,cc,nc,walrus,ebs");
        values.put(Settings.REGION, region);
        values.put(Settings.ZONE, Defaults.zone(region));
        var management = namespaces ? managementRange() : "";
        var reached = reached();
        // The address of the fabric does not exist yet: what is free on loopback is free on a new device.
        var hostsReach = namespaces ? Ipv4Range.parse(management).address(MANAGEMENT_GATEWAY) : reached;
        var probed = namespaces ? Loopback.ADDRESS : reached;
        endpoints(values, hostsReach, probed);
        if (options.listen().filter(ANY::equals).isPresent()) {
            values.put(
                    Settings.PUBLIC_URL,
                    (options.insecure() ? "http://" : "https://")
                            + new Address(
                                    reached,
                                    new Settings(values).endpoint(Settings.API).port()));
        }
        checkZones(simulated, namespaces ? hosts : 0);
        zones(values, hostsReach, probed);
        values.put(Settings.HYPERVISOR, hypervisor.name());
        var network = new GuestNetwork(folder, machine);
        var mode = options.network().orElse(Defaults.NETWORK_MODE);
        values.putAll(network.chosen(mode));
        values.putAll(network.ofHost(mode.vpcs(), Optional.of(reached)));
        if (simulated) {
            values.put(Settings.SIMULATED_HOSTS, Integer.toString(hosts));
            values.put(Settings.ALLOW_SIMULATED_HOSTS, "true");
        }
        if (namespaces) {
            values.put(Settings.NAMESPACE_HOSTS, Integer.toString(hosts));
            values.put(Settings.NAMESPACE_MANAGEMENT, management);
        }
        values.putAll(given(mode, !simulated, namespaces));
        if (options.insecure()) {
            values.put(Settings.INSECURE, "true");
        }
        options.databaseUrl().ifPresent(url -> values.put(Settings.DATABASE_URL, url));
        options.databaseUser().ifPresent(user -> values.put(Settings.DATABASE_USER, user));
        options.databasePasswordFile().ifPresent(file -> values.put(Settings.DATABASE_PASSWORD_FILE, file));
        return new Settings(values);
    }

    /**
     * Throws when the zones that are asked for would have no hosts.
     *
     * @param namespaces how many hosts there are in namespaces
     */
    private void checkZones(boolean simulated, int namespaces) {
        int zones = options.zones().orElse(1);
        if (zones == 1) {
            return;
        }
        if (!simulated && namespaces < zones) {
            throw new OperatorException(
                    "several zones on one machine need a host each",
                    "Add --hosts %d or more, or --hypervisor simulated, or add a zone on other machines: see docs/operations.md."
                            .formatted(zones));
        }
        if (!options.network().orElse(Defaults.NETWORK_MODE).vpcs()) {
            throw new OperatorException("several zones need VPCs", "Leave --network or --zones out.");
        }
    }

    /** Doors for further zones, on which their own servers will listen. */
    private void zones(LinkedHashMap<String, String> values, String hostsReach, String probed) {
        var further = ZoneServers.further(
                values.getOrDefault(Settings.REGION, ""), options.zones().orElse(1));
        for (var zone : further) {
            var cluster = new Address(hostsReach, ports.choose(probed, 0));
            var ebs = new Address(Loopback.ADDRESS, ports.choose(Loopback.ADDRESS, 0));
            values.putAll(ZoneServers.doors(zone, cluster.toString(), ebs.toString()));
        }
    }

    /** What a person chose; in a network of the site's it must be enough. */
    private Map<String, String> given(NetworkMode mode, boolean realHosts, boolean namespaces) {
        if (!mode.onSiteNetwork() && !mode.onSiteWire()) {
            return options.settings();
        }
        if (namespaces) {
            throw new OperatorException(
                    "hosts in namespaces have no way into a network of the site's",
                    "Leave --hosts out, and let other machines join (docs/operations.md).");
        }
        return mode.onSiteWire()
                ? SiteWire.ofCloud(mode, options.settings(), realHosts ? Optional.of(machine) : Optional.empty())
                : SiteNetwork.ofCloud(mode, options.settings(), realHosts);
    }

    /** The address of this machine that users and hosts elsewhere reach; loopback when nobody elsewhere shall. */
    private String reached() {
        var listen = options.listen().orElse(Loopback.ADDRESS);
        if (listen.contains(":")) {
            throw new OperatorException(
                    "--listen " + listen + " is not an IPv4 address or a name",
                    "Name an IPv4 address of this machine without a port, for example 192.0.2.10.");
        }
        return listen.equals(ANY)
                ? machine.mainAddress()
                        .orElseThrow(() -> new OperatorException(
                                "this machine has no address that other machines reach",
                                "Give it one, or leave --listen out."))
                : listen;
    }

    /**
     * The users' door listens where it was told, and so do the doors that hosts on other machines must reach, the Cluster
     * Controller's and Walrus's; hosts in namespaces reach them on their fabric. What only roles use stays on loopback.
     */
    private void endpoints(LinkedHashMap<String, String> values, String hostsReach, String probed) {
        for (var key : ENDPOINT_ORDER) {
            var wanted = Address.parse(Defaults.ENDPOINTS.getOrDefault(key, ""));
            var host =
                    switch (key) {
                        case Settings.API -> options.listen().orElse(Loopback.ADDRESS);
                        case Settings.CLUSTER, Settings.S3 -> hostsReach;
                        default -> Loopback.ADDRESS;
                    };
            var probe = host.equals(hostsReach) ? probed : host;
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
}
