package io.coppice.server.up;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Chooses the first values of guests' networks: ranges, a port and names that nothing else on the machine has, so that several
 * clouds live on one. What hosts of one zone must have alike is told to those that join later ({@link #told}).
 */
public final class GuestNetwork {
    /** Settings that are the same on all hosts of a zone. */
    static final List<String> SHARED = List.of(
            Settings.NETWORK_MODE, Settings.NODE_CIDR, Settings.GATEWAY, Settings.PUBLIC_CIDR, Settings.VXLAN_PORT);

    /** What is told of the public network, where the cloud's machine takes other hosts there. */
    private static final List<String> OF_PUBLIC_NETWORK =
            List.of(Settings.PUBLIC_GATEWAY, Settings.PUBLIC_GATEWAY_IPV6);

    /** Settings that a cloud may tell hosts that join. */
    static final List<String> TOLD = Stream.of(SHARED, OF_PUBLIC_NETWORK, List.of(Settings.PUBLIC_ACCESS))
            .flatMap(List::stream)
            .toList();

    /** VXLAN ports begin here, above the standard one, which other programs of the machine may have. */
    private static final int FIRST_VXLAN_PORT = 4_800;

    private static final int VXLAN_PORTS = 3_200;

    private final DataFolder folder;
    private final Machine machine;

    public GuestNetwork(DataFolder folder, Machine machine) {
        this.folder = folder;
        this.machine = machine;
    }

    /** For a new cloud. Throws {@link OperatorException} when the machine uses every range that there is to choose from. */
    Map<String, String> chosen(NetworkMode mode) {
        var values = new LinkedHashMap<String, String>();
        values.put(Settings.NETWORK_MODE, mode.name());
        switch (mode) {
            case FLAT -> {
                var range = free(Defaults.GUEST_CIDRS, "that guests could have", Settings.NODE_CIDR);
                values.put(Settings.NODE_CIDR, range);
                values.put(Settings.CLOUD_CIDR, range);
            }
            case STATIC, SYSTEM -> {
                // A site's network is the site's to describe.
            }
            case VPC, MANAGED, MANAGED_NOVLAN -> {
                values.put(
                        Settings.PUBLIC_CIDR, free(Defaults.PUBLIC_CIDRS, "of public addresses", Settings.PUBLIC_CIDR));
                values.put(Settings.VXLAN_PORT, Integer.toString(vxlanPort()));
            }
        }
        return values;
    }

    /**
     * What a host has of its own on this machine: names, and with VPCs its address for other hosts and the way to its metadata
     * service.
     *
     * @param reached the address by which other hosts reach this one
     */
    Map<String, String> ofHost(boolean vpcs, Optional<String> reached) {
        var values = new LinkedHashMap<String, String>();
        values.put(Settings.BRIDGE, "cop-" + folder.shortName());
        values.put(Settings.METADATA_PORT, Integer.toString(Defaults.METADATA_PORT));
        if (vpcs) {
            values.put(Settings.LINK_CIDR, free(Defaults.LINK_CIDRS, "for the metadata service", Settings.LINK_CIDR));
            reached.filter(address -> !Loopback.is(address))
                    .ifPresent(address -> values.put(Settings.UNDERLAY_ADDRESS, address));
        }
        return values;
    }

    /**
     * For a host that joins a cloud.
     *
     * @param told what the cloud has told of itself
     * @param given settings of the host that a person gave; throws {@link OperatorException} when more are needed
     */
    public Map<String, String> joining(Map<String, String> told, Map<String, String> given) {
        var values = new LinkedHashMap<>(told);
        var mode = new Settings(values).networkMode();
        values.putAll(ofHost(mode.vpcs(), machine.mainAddress()));
        values.putAll(given);
        if (given.containsKey(Settings.UPLINK) && !given.containsKey(Settings.PUBLIC_ACCESS)) {
            values.remove(Settings.PUBLIC_ACCESS);
        }
        if (mode.onSiteNetwork()) {
            SiteNetwork.checkHost(values);
        }
        if (mode.onSiteWire()) {
            SiteWire.check(values, "./coppice node join TOKEN");
        }
        return values;
    }

    /** What a cloud tells hosts that join. */
    static Map<String, String> told(Settings settings) {
        var shared = settings.only(SHARED);
        if (!settings.vpcs() || !takesOthersToPublicNetwork(settings)) {
            return shared.values();
        }
        var values = new LinkedHashMap<>(shared.values());
        values.putAll(settings.only(OF_PUBLIC_NETWORK).values());
        values.put(Settings.PUBLIC_ACCESS, "no");
        return values;
    }

    private static boolean takesOthersToPublicNetwork(Settings settings) {
        var access = settings.value(Settings.PUBLIC_ACCESS, "auto");
        return access.equals("yes")
                || (access.equals("auto")
                        && !settings.value(Settings.UPLINK, "").isEmpty());
    }

    /** The kernel refuses two tunnels with one number and port, and every cloud counts its networks from the same number. */
    private int vxlanPort() {
        return FIRST_VXLAN_PORT + Integer.parseInt(folder.shortName(), 16) % VXLAN_PORTS;
    }

    private String free(List<String> candidates, String what, String key) {
        return Ipv4Range.firstFree(candidates, machine.rangesInUse())
                .orElseThrow(() -> new OperatorException(
                        "every range " + what + " is in use on this machine",
                        "Write a free one as " + key + " into " + folder.settings() + "."));
    }
}
