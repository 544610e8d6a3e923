package io.coppice.server.up;

import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The zones besides the cloud's own that {@code up --zones} makes on this machine: a server each, in {@code zones/} below the
 * cloud's data folder.
 */
public final class ZoneServers {
    /** Zones of a cloud on one machine: each has a Java and a PostgreSQL of its own. */
    public static final int MOST = 6;

    private static final String FOLDER = "zones";

    private ZoneServers() {}

    /** Those that are there, by name; running or not. */
    public static List<DataFolder> of(DataFolder cloud) {
        var home = cloud.root().resolve(FOLDER);
        if (!Files.isDirectory(home)) {
            return List.of();
        }
        try (var zones = Files.list(home)) {
            return zones.sorted().map(DataFolder::new).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + home, e);
        }
    }

    /** The name of a zone that one of these serves. */
    public static String zone(DataFolder server) {
        return server.root().getFileName().toString();
    }

    /** The data folder of a zone's server. */
    static DataFolder folder(DataFolder cloud, String zone) {
        return new DataFolder(cloud.root().resolve(FOLDER).resolve(zone));
    }

    /** The names of the zones that a new cloud has besides its own: those that follow it in the alphabet. */
    static List<String> further(String region, int zones) {
        return IntStream.range(1, zones)
                .mapToObj(number -> region + (char) ('a' + number))
                .toList();
    }

    /** The zone that a host in a namespace is in, whose number counts from 1: they take turns. */
    static String zoneOfHost(Settings cloud, int number) {
        var zones = Stream.concat(Stream.of(cloud.value(Settings.ZONE, "")), cloud.furtherZones().stream())
                .toList();
        return zones.get((number - 1) % zones.size());
    }

    /** How many hosts in namespaces a zone has. */
    static int namespaceHosts(Settings cloud, String zone) {
        var all = Integer.parseInt(cloud.value(Settings.NAMESPACE_HOSTS, "0"));
        return (int) IntStream.rangeClosed(1, all)
                .filter(host -> zoneOfHost(cloud, host).equals(zone))
                .count();
    }

    /** The settings of a zone's server, made of its cloud's. Its hosts only pretend, or are in namespaces beside it. */
    static Settings settings(Settings cloud, String zone) {
        var values = new LinkedHashMap<String, String>();
        values.put(Settings.ROLES, cloud.value(Settings.NAMESPACE_HOSTS).isPresent() ? "cc,ebs" : "cc,nc,ebs");
        values.put(Settings.ZONE, zone);
        values.put(Settings.CLUSTER, cloud.value(Settings.clusterOf(zone), ""));
        values.put(Settings.EBS, cloud.value(Settings.ebsOf(zone), ""));
        values.put(
                Settings.neighbour(cloud.value(Settings.ZONE, "")),
                cloud.endpoint(Settings.CLUSTER).toString());
        cloud.furtherZones().stream()
                .filter(other -> !other.equals(zone))
                .forEach(other -> values.put(Settings.neighbour(other), cloud.value(Settings.clusterOf(other), "")));
        return cloud.only(OF_CLOUD).with(values);
    }

    /** What a zone's server has as its cloud has it; a database it has of its own, since each EBS controller needs one. */
    private static final List<String> OF_CLOUD = List.of(
            Settings.REGION,
            Settings.API,
            Settings.CLOUD,
            Settings.WALRUS,
            Settings.S3,
            Settings.INSECURE,
            Settings.HYPERVISOR,
            Settings.SIMULATED_HOSTS,
            Settings.ALLOW_SIMULATED_HOSTS,
            Settings.NETWORK_MODE,
            Settings.PUBLIC_CIDR,
            Settings.VXLAN_PORT);

    /** The values by which a cloud, and the Cluster Controller of its own zone, find the controllers of a zone. */
    static Map<String, String> doors(String zone, String cluster, String ebs) {
        return Map.of(Settings.clusterOf(zone), cluster, Settings.ebsOf(zone), ebs, Settings.neighbour(zone), cluster);
    }
}
