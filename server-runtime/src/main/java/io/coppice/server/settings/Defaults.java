package io.coppice.server.settings;

import java.util.List;
import java.util.Map;

/** The values that a first {@code up} tries before it looks for free ones. A test holds them against the roles' own. */
public final class Defaults {
    /** Endpoint key to host:port, as in the roles' {@code SiteConfig}. */
    public static final Map<String, String> ENDPOINTS = Map.of(
            Settings.API, "127.0.0.1:8773",
            Settings.CLOUD, "127.0.0.1:8774",
            Settings.CLUSTER, "127.0.0.1:8775",
            Settings.EBS, "127.0.0.1:8776",
            Settings.WALRUS, "127.0.0.1:8777",
            Settings.S3, "127.0.0.1:9000");

    /** Guests' ranges in order of preference: the first that nothing on this machine uses is taken. */
    public static final List<String> GUEST_CIDRS = List.of(
            "172.31.0.0/16",
            "172.30.0.0/16",
            "172.29.0.0/16",
            "172.28.0.0/16",
            "10.213.0.0/16",
            "10.214.0.0/16",
            "10.215.0.0/16",
            "10.216.0.0/16");

    public static final String REGION = "us-east-1";

    /** TCP port of the metadata service on the guests' network. */
    public static final int METADATA_PORT = 8780;

    private Defaults() {}

    /** The first zone of a region. */
    public static String zone(String region) {
        return region + "a";
    }
}
