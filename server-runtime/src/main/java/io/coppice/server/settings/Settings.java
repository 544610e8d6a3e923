package io.coppice.server.settings;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.rpc.Address;
import io.coppice.server.OperatorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * The settings of one cloud as they stand in {@code config/coppice.properties}: written once by the first {@code up},
 * afterwards a person's to change. Keys are those that the roles' {@code ConfigMapping}s read.
 *
 * @param values key to value, in the order of the file
 */
public record Settings(SequencedMap<String, String> values) {
    public static final String DATA_DIR = "coppice.data-dir";
    public static final String ROLES = "coppice.roles";
    public static final String REGION = "coppice.region";
    public static final String ZONE = "coppice.zone";
    public static final String API = "coppice.endpoints.api";
    public static final String S3 = "coppice.endpoints.s3";
    public static final String CLOUD = "coppice.endpoints.cloud";
    public static final String CLUSTER = "coppice.endpoints.cluster";
    public static final String EBS = "coppice.endpoints.ebs";
    public static final String WALRUS = "coppice.endpoints.walrus";
    public static final String HYPERVISOR = "coppice.node.hypervisor";
    public static final String SIMULATED_HOSTS = "coppice.node.simulated-hosts";
    public static final String LIBVIRT_URI = "coppice.node.libvirt-uri";
    public static final String NBD_TLS_FOLDER = "coppice.node.nbd-tls-folder";
    public static final String JOIN_TOKEN = "coppice.node.join-token";
    public static final String NODE_CIDR = "coppice.node.network.cidr";

    /** The range that guests' addresses come from, as the Cloud Controller knows it; the same as {@code coppice.node.network.cidr}. Default: {@code 172.31.0.0/16}. */
    public static final String CLOUD_CIDR = "coppice.network.cidr";

    /** A {@link NetworkMode}; chosen by the first {@code up}, and not to be changed afterwards. Default: {@code FLAT}. */
    public static final String NETWORK_MODE = "coppice.network.mode";

    /** With {@code STATIC}: the pairs of hardware and IP address that instances are given. */
    public static final String PAIRS = "coppice.network.pairs";

    /** With VPCs: the range of public addresses. Default: {@code 198.18.0.0/16}. */
    public static final String VLANS = "coppice.network.vlans";

    public static final String TRUNK = "coppice.node.network.trunk";
    public static final String OVS_DATABASE = "coppice.node.network.ovs-database";
    public static final String PUBLIC_CIDR = "coppice.network.public.cidr";

    public static final String LINK_CIDR = "coppice.node.network.link-cidr";
    public static final String VXLAN_PORT = "coppice.node.network.vxlan-port";
    public static final String UNDERLAY_ADDRESS = "coppice.node.network.underlay-address";
    public static final String UPLINK = "coppice.node.network.uplink";
    public static final String PUBLIC_ACCESS = "coppice.node.network.public-access";
    public static final String PUBLIC_GATEWAY = "coppice.node.network.public-gateway";
    public static final String PUBLIC_GATEWAY_IPV6 = "coppice.node.network.public-gateway-ipv6";
    public static final String GATEWAY = "coppice.node.network.gateway";
    public static final String HOST_ADDRESS = "coppice.node.network.host-address";
    public static final String BRIDGE = "coppice.node.network.bridge";
    public static final String METADATA_PORT = "coppice.node.network.metadata-port";
    public static final String ALLOW_SIMULATED_HOSTS = "coppice.cluster.allow-simulated-hosts";

    /** {@code true} serves plain HTTP beyond loopback. Default: {@code false}. */
    public static final String INSECURE = "coppice.server.insecure";

    /** How many hosts in namespaces {@code coppice up} makes on this machine, 1 to 16; none when absent. */
    public static final String NAMESPACE_HOSTS = "coppice.server.namespace-hosts";

    /** The /24 network between this machine and its hosts in namespaces; chosen by the first {@code up}. */
    public static final String NAMESPACE_MANAGEMENT = "coppice.server.namespace-management";

    /** A PostgreSQL of yours, {@code jdbc:postgresql://HOST/NAME}; an own one is started when absent. */
    public static final String DATABASE_URL = "coppice.database.url";

    /** Its user. Default: {@code coppice}. */
    public static final String DATABASE_USER = "coppice.database.user";

    /** A file with its password; the variable {@code COPPICE_DATABASE_PASSWORD} when absent. */
    public static final String DATABASE_PASSWORD_FILE = "coppice.database.password-file";

    /** The URL of the users' door as other machines reach it. */
    public static final String PUBLIC_URL = "coppice.endpoints.public-url";

    private static final String ZONE_CLUSTER = "coppice.zones.cluster.";

    private static final String ALL_ROLES = "clc,cc,nc,walrus,ebs";

    public Settings {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /** Reads the settings of a cloud; empty when it has none yet. */
    public static Optional<Settings> load(DataFolder folder) {
        try (var reader = Files.newBufferedReader(folder.settings())) {
            var properties = new Properties();
            properties.load(reader);
            var values = new LinkedHashMap<String, String>();
            properties.stringPropertyNames().stream()
                    .sorted()
                    .forEach(key -> values.put(key, properties.getProperty(key).strip()));
            return Optional.of(new Settings(values));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot read " + folder.settings() + ": " + e.getMessage(),
                    "Make it readable, or name another cloud with --data DIR.",
                    e);
        }
    }

    /** Writes the file anew, whole or not at all; readable by its owner only, since it may hold a join token. */
    public void save(DataFolder folder) {
        var text = new StringBuilder(
                "# Written by the first \"coppice up\". Change it, then \"coppice down\" and \"up\".\n");
        values.forEach((key, value) ->
                text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
        try {
            var parent = folder.root().resolve("config");
            Files.createDirectories(parent);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var draft = Files.createTempFile(parent, "coppice", ".properties", ownerOnly);
            Files.writeString(draft, text);
            Files.move(draft, folder.settings(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder.settings(), e);
        }
    }

    /** The same settings with some values replaced or added. */
    public Settings with(Map<String, String> changes) {
        var merged = new LinkedHashMap<>(values);
        merged.putAll(changes);
        return new Settings(merged);
    }

    /** The same settings with these keys alone. */
    public Settings only(List<String> keys) {
        var kept = new LinkedHashMap<>(values);
        kept.keySet().retainAll(keys);
        return new Settings(kept);
    }

    public Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.isBlank());
    }

    public String value(String key, String otherwise) {
        return value(key).orElse(otherwise);
    }

    /** The roles of this process in the order they start. */
    public List<RoleName> roles() {
        try {
            return List.of(value(ROLES, ALL_ROLES).split(",", -1)).stream()
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .map(RoleName::parse)
                    .distinct()
                    .sorted()
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new OperatorException(ROLES + ": " + e.getMessage(), "Correct the value and start again.", e);
        }
    }

    /** Whether a role of this process keeps rows. */
    public boolean needsDatabase() {
        return roles().stream().anyMatch(role -> switch (role) {
            case CLOUD_CONTROLLER, WALRUS, EBS_CONTROLLER -> true;
            case CLUSTER_CONTROLLER, NODE_CONTROLLER -> false;
        });
    }

    /** Whether the hosts of this process only pretend. */
    public boolean simulated() {
        return value(HYPERVISOR, "libvirt").equals("simulated");
    }

    /** Whether guests have virtual private clouds; a cloud that says nothing of it was raised with one flat network. */
    public boolean vpcs() {
        return networkMode().vpcs();
    }

    /** How guests are connected; a cloud that says nothing of it was raised with one flat network. */
    public NetworkMode networkMode() {
        try {
            return NetworkMode.named(value(NETWORK_MODE, NetworkMode.FLAT.name()));
        } catch (IllegalArgumentException e) {
            throw new OperatorException(NETWORK_MODE + ": " + e.getMessage(), "Write one of these modes.", e);
        }
    }

    /** Where an endpoint listens; its documented default when the file is silent. */
    public Address endpoint(String key) {
        var text = value(key, Defaults.ENDPOINTS.getOrDefault(key, ""));
        try {
            return Address.parse(text);
        } catch (IllegalArgumentException e) {
            throw new OperatorException(key + ": " + e.getMessage(), "Write it as host:port.", e);
        }
    }

    /** The key of where the Cluster Controller of a further zone is. */
    public static String clusterOf(String zone) {
        return ZONE_CLUSTER + zone;
    }

    /** The key of where the EBS controller of a further zone is. */
    public static String ebsOf(String zone) {
        return "coppice.zones.ebs." + zone;
    }

    /** The key of where a Cluster Controller finds that of another zone. */
    public static String neighbour(String zone) {
        return "coppice.cluster.neighbours." + zone;
    }

    /** The zones besides the cloud's own, by name. */
    public List<String> furtherZones() {
        return values.keySet().stream()
                .filter(key -> key.startsWith(ZONE_CLUSTER))
                .map(key -> key.substring(ZONE_CLUSTER.length()))
                .sorted()
                .toList();
    }

    /** The keys of the endpoints that this process listens on; the others are where it finds the roles elsewhere. */
    public List<String> listensOn() {
        return roles().stream()
                .flatMap(role -> switch (role) {
                    case CLOUD_CONTROLLER -> Stream.of(API, CLOUD);
                    case CLUSTER_CONTROLLER -> Stream.of(CLUSTER);
                    case NODE_CONTROLLER -> Stream.<String>empty();
                    case WALRUS -> Stream.of(WALRUS, S3);
                    case EBS_CONTROLLER -> Stream.of(EBS);
                })
                .toList();
    }

    /** Whether users reach this cloud by HTTPS: beyond loopback, unless plain HTTP was asked for. */
    public boolean secure() {
        return secure(API);
    }

    private boolean secure(String endpoint) {
        return !endpoint(endpoint).loopback() && !Boolean.parseBoolean(value(INSECURE, "false"));
    }

    /** The one URL for EC2, IAM, STS and S3 as users write it in {@code AWS_ENDPOINT_URL}, on whichever machine. */
    public String publicUrl() {
        return value(PUBLIC_URL).orElseGet(this::endpointUrl);
    }

    /** The URL of Walrus's own S3 door. */
    public String s3Url() {
        return (secure(S3) ? "https://" : "http://") + endpoint(S3);
    }

    /** The same as {@link #publicUrl} as this machine reaches it, whatever its other addresses are now. */
    public String endpointUrl() {
        var api = endpoint(API);
        var host = api.host().equals("0.0.0.0") ? Loopback.ADDRESS : api.host();
        return (secure() ? "https://" : "http://") + host + ":" + api.port();
    }
}
