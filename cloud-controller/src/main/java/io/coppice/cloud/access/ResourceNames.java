package io.coppice.cloud.access;

import io.coppice.foundation.id.AccountId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How resources are written in ARNs (AWS Service Authorization Reference, "Resource types"). Immutable. */
final class ResourceNames {
    /** These have no account in their ARNs. */
    private static final Set<String> WITHOUT_ACCOUNT = Set.of("image", "snapshot");

    private static final Map<String, String> KIND_BY_PREFIX = Map.ofEntries(
            Map.entry("i", "instance"),
            Map.entry("ami", "image"),
            Map.entry("vol", "volume"),
            Map.entry("snap", "snapshot"),
            Map.entry("key", "key-pair"),
            Map.entry("eni", "network-interface"),
            Map.entry("subnet", "subnet"),
            Map.entry("vpc", "vpc"),
            Map.entry("sg", "security-group"),
            Map.entry("sgr", "security-group-rule"),
            Map.entry("igw", "internet-gateway"),
            Map.entry("eigw", "egress-only-internet-gateway"),
            Map.entry("nat", "natgateway"),
            Map.entry("rtb", "route-table"),
            Map.entry("acl", "network-acl"),
            Map.entry("dopt", "dhcp-options"),
            Map.entry("eipalloc", "elastic-ip"),
            Map.entry("pl", "prefix-list"),
            Map.entry("pcx", "vpc-peering-connection"),
            Map.entry("fl", "vpc-flow-log"),
            Map.entry("lt", "launch-template"),
            Map.entry("pg", "placement-group"),
            Map.entry("import-ami", "import-image-task"),
            Map.entry("import-snap", "import-snapshot-task"),
            Map.entry("export-ami", "export-image-task"),
            Map.entry("r", "reservation"));

    private final String region;

    ResourceNames(String region) {
        this.region = region;
    }

    /** The kind of EC2 resource that an id's prefix tells; empty for what is no id of EC2. */
    static Optional<String> kindOf(String id) {
        var dash = id.lastIndexOf('-');
        return dash < 0 ? Optional.empty() : Optional.ofNullable(KIND_BY_PREFIX.get(id.substring(0, dash)));
    }

    /**
     * The ARN of a resource.
     *
     * @param service its prefix, for example {@code ec2}
     * @param name an id, a name with its path, or {@code *} for all
     */
    String arn(String service, AccountId account, String kind, String name) {
        var place = service.equals("ec2") ? region : "";
        var owner = service.equals("ec2") && WITHOUT_ACCOUNT.contains(kind) ? "" : account.value();
        return "arn:aws:" + service + ":" + place + ":" + owner + ":" + kind + "/" + name;
    }
}
