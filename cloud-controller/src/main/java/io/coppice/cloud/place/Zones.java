package io.coppice.cloud.place;

import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The region and its availability zones, as configured. Immutable. */
@ApplicationScoped
public class Zones {
    private static final Pattern AWS_LIKE = Pattern.compile("([a-z]{2})-([a-z])[a-z]+-([0-9]+)([a-z])");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final String region;
    private final String standard;
    private final SortedMap<String, Doors> doors;

    /**
     * Where the roles of a zone listen.
     *
     * @param cluster of its Cluster Controller
     * @param ebs of its EBS controller
     */
    public record Doors(Address cluster, Address ebs) {}

    /**
     * For the container. Throws {@link IllegalArgumentException}, with the key to correct, for further zones that cannot be.
     */
    @Inject
    public Zones(SiteConfig site, ZonesConfig config) {
        this(site, config.cluster(), config.ebs());
    }

    /** The zones of a cloud that has one; for tests. */
    public Zones(SiteConfig site) {
        this(site, Map.of(), Map.of());
    }

    /** With further zones by name; for tests. */
    public Zones(SiteConfig site, Map<String, String> clusters, Map<String, String> ebs) {
        region = site.region();
        standard = site.zone();
        doors = new TreeMap<>();
        doors.put(
                standard,
                new Doors(
                        Address.parse(site.endpoints().cluster()),
                        Address.parse(site.endpoints().ebs())));
        var further = new TreeSet<>(clusters.keySet());
        further.addAll(ebs.keySet());
        if (!further.isEmpty() && !site.network().mode().vpcs()) {
            throw new IllegalArgumentException("coppice.zones.*: several zones need a coppice.network.mode with VPCs");
        }
        for (var name : further) {
            if (name.equals(standard) || !NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("coppice.zones.*." + name
                        + ": a further zone has a name of its own, other than coppice.zone, of lower-case letters,"
                        + " digits and hyphens, up to 63");
            }
            doors.put(name, new Doors(address("cluster", clusters, name), address("ebs", ebs, name)));
        }
        checkApart();
    }

    private static Address address(String role, Map<String, String> addresses, String zone) {
        var key = "coppice.zones." + role + "." + zone;
        try {
            return Address.parse(addresses.getOrDefault(zone, ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " must be host:port", e);
        }
    }

    /** A controller serves one zone: two zones at one address would each undo what the other wants. */
    private void checkApart() {
        var seen = new HashSet<Address>();
        doors.forEach((name, each) -> {
            if (!seen.add(each.cluster()) || !seen.add(each.ebs())) {
                throw new IllegalArgumentException(
                        "coppice.zones.*." + name + ": another role of the cloud has the same address");
            }
        });
    }

    /** The region's name. */
    public String region() {
        return region;
    }

    /** The cloud's own zone: what is in no other one, and what a request means that names none. */
    public String standard() {
        return standard;
    }

    /** The names of all zones in their order. */
    public List<String> all() {
        return List.copyOf(doors.keySet());
    }

    /** Whether there is one zone only. */
    public boolean one() {
        return doors.size() == 1;
    }

    /** Where the roles of a zone listen; empty for a zone that is none. */
    public Optional<Doors> doors(String zone) {
        return Optional.ofNullable(doors.get(zone));
    }

    /** The zone of this name. */
    public Optional<String> find(@Nullable String name) {
        return Optional.ofNullable(name).filter(doors::containsKey);
    }

    /** The zone with this id. */
    public Optional<String> withId(String id) {
        return doors.keySet().stream().filter(zone -> idOf(zone).equals(id)).findFirst();
    }

    /** The zone to use: the named one, or the cloud's own when none is named. Throws {@code InvalidZone.NotFound}. */
    public String require(@Nullable String name) {
        return name == null || name.isEmpty() ? standard : find(name).orElseThrow(() -> PlaceErrors.zoneNotFound(name));
    }

    /** The zone's id: {@code use1-az1} for {@code us-east-1a}, the name itself for names of another form. */
    public static String idOf(String zone) {
        var parts = AWS_LIKE.matcher(zone);
        return parts.matches()
                ? parts.group(1) + parts.group(2) + parts.group(3) + "-az"
                        + (parts.group(4).charAt(0) - 'a' + 1)
                : zone;
    }
}
