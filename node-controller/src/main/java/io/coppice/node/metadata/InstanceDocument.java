package io.coppice.node.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.InstanceProfile;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lays out what a guest may read of itself. Source: AWS EC2 user guide, "Instance metadata categories". */
final class InstanceDocument {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String META = "meta-data/";

    private final String architecture;

    /** For guests of one architecture, {@code x86_64} or {@code arm64}. */
    InstanceDocument(String architecture) {
        this.architecture = architecture;
    }

    MetadataTree of(DesiredInstance instance) {
        var tree = MetadataTree.builder();
        var metadata = instance.getMetadata();
        var groups = String.join("\n", metadata.getSecurityGroupsList());
        tree.put(META + "ami-id", metadata.getImageId())
                .put(META + "ami-launch-index", Integer.toString(metadata.getLaunchIndex()))
                .put(META + "ami-manifest-path", "(unknown)")
                .put(META + "block-device-mapping/ami", "/dev/sda1")
                .put(META + "block-device-mapping/root", "/dev/sda1")
                .put(META + "instance-action", "none")
                .put(META + "instance-id", instance.getInstanceId())
                .put(META + "instance-life-cycle", "on-demand")
                .put(META + "instance-type", instance.getMachine().getInstanceType())
                .put(META + "placement/availability-zone", instance.getZone())
                .put(META + "placement/region", metadata.getRegion())
                .put(META + "profile", "default-hvm")
                .put(META + "reservation-id", metadata.getReservationId())
                .put(META + "security-groups", groups)
                .put(META + "services/domain", "amazonaws.com")
                .put(META + "services/partition", "aws");
        for (var disk : instance.getMachine().getLocalDisksList()) {
            // As AWS writes these, unlike the root disk.
            tree.put(
                    META + "block-device-mapping/" + disk.getName(),
                    disk.getDevice().replaceFirst("^/dev/", ""));
        }
        if (!metadata.getPublicKey().isEmpty()) {
            tree.put(META + "public-keys/0/openssh-key", metadata.getPublicKey().strip())
                    .label(META + "public-keys/0", "0=" + metadata.getKeyName());
        }
        if (instance.getEndpointsCount() > 0) {
            primary(tree, instance.getEndpoints(0));
        }
        for (var endpoint : instance.getEndpointsList()) {
            networkInterface(tree, endpoint, instance.getAccountId(), groups);
        }
        if (!metadata.getUserData().isEmpty()) {
            tree.put("user-data", metadata.getUserData().toByteArray());
        }
        if (metadata.hasInstanceProfile()) {
            profile(tree, metadata.getInstanceProfile());
        }
        tree.put("dynamic/instance-identity/document", identity(instance));
        return tree.build();
    }

    private static void primary(MetadataTree.Builder tree, NetworkEndpoint endpoint) {
        tree.put(META + "hostname", hostName(endpoint))
                .put(META + "local-hostname", hostName(endpoint))
                .put(META + "local-ipv4", endpoint.getPrivateIpv4())
                .put(META + "mac", endpoint.getMac());
        if (endpoint.getIpv6Count() > 0) {
            tree.put(META + "ipv6", endpoint.getIpv6(0));
        }
    }

    private static String hostName(NetworkEndpoint endpoint) {
        return endpoint.getHostName().isEmpty() ? endpoint.getPrivateDnsName() : endpoint.getHostName();
    }

    private static void networkInterface(
            MetadataTree.Builder tree, NetworkEndpoint endpoint, String account, String groups) {
        var folder = META + "network/interfaces/macs/" + endpoint.getMac() + "/";
        tree.put(folder + "device-number", Integer.toString(endpoint.getDeviceIndex()))
                .put(folder + "interface-id", endpoint.getNetworkInterfaceId())
                .put(folder + "local-hostname", hostName(endpoint))
                .put(folder + "local-ipv4s", endpoint.getPrivateIpv4())
                .put(folder + "mac", endpoint.getMac())
                .put(folder + "owner-id", account)
                .put(folder + "security-groups", groups)
                .put(folder + "subnet-id", endpoint.getSubnetId());
        if (endpoint.getIpv6Count() > 0) {
            // By these cloud-init knows that the guest has to ask for addresses by DHCPv6.
            tree.put(folder + "ipv6s", String.join("\n", endpoint.getIpv6List()));
        }
    }

    /** Source: AWS EC2 user guide, "Retrieve security credentials from instance metadata". */
    private static void profile(MetadataTree.Builder tree, InstanceProfile profile) {
        var updated = Instant.ofEpochSecond(profile.getIssuedAtSeconds()).toString();
        var info = new LinkedHashMap<String, String>();
        info.put("Code", "Success");
        info.put("LastUpdated", updated);
        info.put("InstanceProfileArn", profile.getArn());
        info.put("InstanceProfileId", profile.getId());
        var credentials = new LinkedHashMap<String, String>();
        credentials.put("Code", "Success");
        credentials.put("LastUpdated", updated);
        credentials.put("Type", "AWS-HMAC");
        credentials.put("AccessKeyId", profile.getAccessKeyId());
        credentials.put("SecretAccessKey", profile.getSecretAccessKey());
        credentials.put("Token", profile.getSessionToken());
        credentials.put(
                "Expiration",
                Instant.ofEpochSecond(profile.getExpiresAtSeconds()).toString());
        tree.put(META + "iam/info", json(info))
                .put(META + "iam/security-credentials/" + profile.getRoleName(), json(credentials));
    }

    private String identity(DesiredInstance instance) {
        var document = new LinkedHashMap<String, String>();
        document.put("accountId", instance.getAccountId());
        document.put("architecture", architecture);
        document.put("availabilityZone", instance.getZone());
        document.put("imageId", instance.getMetadata().getImageId());
        document.put("instanceId", instance.getInstanceId());
        document.put("instanceType", instance.getMachine().getInstanceType());
        if (instance.getEndpointsCount() > 0) {
            document.put("privateIp", instance.getEndpoints(0).getPrivateIpv4());
        }
        document.put("region", instance.getMetadata().getRegion());
        document.put("version", "2017-09-30");
        return json(document);
    }

    private static String json(Map<String, String> document) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts is always JSON", e);
        }
    }
}
