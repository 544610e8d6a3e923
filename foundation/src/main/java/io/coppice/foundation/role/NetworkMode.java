package io.coppice.foundation.role;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a zone's instances are connected. */
public enum NetworkMode {
    /** All instances share one network; every account sees it as its default VPC, which cannot be changed. */
    FLAT,
    /** As {@link #FLAT} on the site's own network, with the pairs of hardware and IP address that the site has set aside. */
    STATIC,
    /** As {@link #FLAT} on the site's own network, whose own DHCP server gives addresses that the cloud learns. */
    SYSTEM,
    /** Accounts make virtual private clouds that are isolated from each other. */
    VPC,
    /** As {@link #VPC}, with a VLAN of the site's for each subnet. */
    MANAGED,
    /** As {@link #VPC}, with all subnets on one network of the site's. */
    MANAGED_NOVLAN;

    /** The mode of this name in any case; throws {@link IllegalArgumentException} that names all modes for another text. */
    public static NetworkMode named(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.name().equalsIgnoreCase(text.strip().replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no network mode \"%s\"; there are %s"
                        .formatted(
                                text,
                                Arrays.stream(values())
                                        .map(NetworkMode::written)
                                        .collect(Collectors.joining(", ")))));
    }

    /** As people write it, for example {@code managed-novlan}. */
    public String written() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether accounts have virtual private clouds; otherwise one network for all that no account can change. */
    public boolean vpcs() {
        return this == VPC || onSiteWire();
    }

    /** Whether guests' frames travel between hosts on a wire of the site's, without tunnels. */
    public boolean onSiteWire() {
        return this == MANAGED || this == MANAGED_NOVLAN;
    }

    /** Whether guests live in a network of the site's, with its router, so that every host needs a device that leads there. */
    public boolean onSiteNetwork() {
        return this == STATIC || this == SYSTEM;
    }
}
