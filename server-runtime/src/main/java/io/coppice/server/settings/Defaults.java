package io.coppice.server.settings;

import io.coppice.foundation.role.NetworkMode;
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

    /** Ranges of public addresses in order of preference; the first two are for tests of networks (RFC 2544). */
    public static final List<String> PUBLIC_CIDRS = List.of(
            "198.18.0.0/16",
            "198.19.0.0/16",
            "10.217.0.0/16",
            "10.218.0.0/16",
            "10.219.0.0/16",
            "10.220.0.0/16",
            "10.221.0.0/16",
            "10.222.0.0/16");

    /** Ranges for the way to the metadata service, 4,094 interfaces each; without the one that 169.254.169.254 is in. */
    public static final List<String> LINK_CIDRS = List.of(
            "169.254.64.0/20",
            "169.254.80.0/20",
            "169.254.96.0/20",
            "169.254.112.0/20",
            "169.254.128.0/20",
            "169.254.144.0/20",
            "169.254.176.0/20",
            "169.254.192.0/20");

    /** What a new cloud's guests have when its owner does not say. */
    public static final NetworkMode NETWORK_MODE = NetworkMode.VPC;

    public static final String REGION = "us-east-1";

    /** TCP port of the metadata service on the guests' network. */
    public static final int METADATA_PORT = 8780;

    private Defaults() {}

    /** The first zone of a region. */
    public static String zone(String region) {
        return region + "a";
    }
}
