package io.coppice.testing.cloud;

import io.coppice.testing.reference.AnnouncedActions;
import io.coppice.testing.reference.DocumentedFilters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes, of every action that is carried out and every parameter of it that names a resource, a pair of requests: one that
 * names somebody else's, one that names what never was.
 */
final class ForeignNames {
    private static final Map<String, List<String>> KINDS = kinds();
    private static final Map<String, String> FILLERS = fillers();
    private static final List<String> EC2_IDS = List.of(
            "instance",
            "volume",
            "key-pair-id",
            "launch-template-id",
            "placement-group-id",
            "network-interface",
            "reservation",
            "profile-association");

    private final Map<String, String> foreign;
    private final Map<String, String> own;
    private int count;

    /**
     * Names by kind.
     *
     * @param foreign of the account that is to stay unseen
     * @param own of the account that asks
     */
    ForeignNames(Map<String, String> foreign, Map<String, String> own) {
        this.foreign = foreign;
        this.own = own;
    }

    /**
     * Two requests that must be answered alike.
     *
     * @param where the parameter that names the resource
     */
    record Pair(
            String service,
            String action,
            String where,
            Map<String, String> foreign,
            Map<String, String> absent,
            List<String> names) {}

    List<Pair> all() {
        var pairs = new ArrayList<Pair>();
        AnnouncedActions.byService()
                .forEach((service, actions) -> actions.keySet().forEach(action -> {
                    var leaves = RequestMembers.of(service, action);
                    for (var leaf : leaves) {
                        kindsOf(action, leaf).forEach(kind -> pairs.add(pair(service, action, leaves, leaf, kind)));
                    }
                    if (service.equals("EC2")) {
                        filters(action, pairs);
                    }
                }));
        return pairs;
    }

    /** A name as one of the kind could be, that nothing has. */
    private static String never(String name) {
        if (name.startsWith("arn:")) {
            var slash = name.lastIndexOf('/');
            return name.substring(0, slash + 1) + never(name.substring(slash + 1));
        }
        if (name.matches("[a-z-]+-[0-9a-f]{17}") || name.matches("[A-Z0-9]{16,}")) {
            var kept = name.matches("[A-Z0-9]+") ? "AKIA".length() : name.lastIndexOf('-') + 1;
            return name.substring(0, kept) + new StringBuilder(name.substring(kept)).reverse();
        }
        return name.replace("theirs", "nobody");
    }

    private Pair pair(
            String service, String action, List<RequestMembers.Leaf> leaves, RequestMembers.Leaf leaf, String kind) {
        var name = foreign.getOrDefault(kind, "");
        var absent = never(name);
        var first = others(action, leaves, leaf);
        first.put(leaf.wire(), name);
        var second = others(action, leaves, leaf);
        second.put(leaf.wire(), absent);
        return new Pair(service, action, leaf.wire() + " (" + kind + ")", first, second, List.of(name, absent));
    }

    private void filters(String action, List<Pair> pairs) {
        var names = EC2_IDS.stream().map(kind -> foreign.getOrDefault(kind, "")).toList();
        for (var filter : DocumentedFilters.read().getOrDefault(action, List.of())) {
            if (!filter.endsWith("-id") && !filter.endsWith("-name")) {
                continue;
            }
            var first = new TreeMap<>(Map.of("Filter.1.Name", filter));
            var second = new TreeMap<>(first);
            for (var i = 0; i < names.size(); i++) {
                first.put("Filter.1.Value." + (i + 1), names.get(i));
                second.put("Filter.1.Value." + (i + 1), never(names.get(i)));
            }
            pairs.add(new Pair("EC2", action, "filter " + filter, first, second, names));
        }
    }

    /** What the request needs beside the name that it is about. */
    private Map<String, String> others(String action, List<RequestMembers.Leaf> leaves, RequestMembers.Leaf about) {
        var parameters = new TreeMap<String, String>();
        for (var leaf : leaves) {
            if (leaf.equals(about)) {
                continue;
            }
            var more = FILLERS.containsKey(action + "." + leaf.wire());
            if (leaf.required() || more) {
                var kinds = kindsOf(action, leaf);
                parameters.put(leaf.wire(), kinds.isEmpty() || more ? filler(action, leaf) : own(kinds.getFirst()));
            }
        }
        return parameters;
    }

    private String own(String kind) {
        return own.getOrDefault(kind, "");
    }

    private String filler(String action, RequestMembers.Leaf leaf) {
        var value = FILLERS.getOrDefault(action + "." + leaf.wire(), FILLERS.getOrDefault(leaf.member(), "unique"));
        return value.equals("unique") ? "filled-" + ++count : value;
    }

    private List<String> kindsOf(String action, RequestMembers.Leaf leaf) {
        var group = leaf.member().startsWith("Group");
        if (group && (leaf.parent().equals("Placement") || action.contains("Placement"))) {
            return KINDS.getOrDefault("Placement." + leaf.member(), List.of());
        }
        if (leaf.member().equals("Name") || leaf.member().equals("Arn")) {
            return KINDS.getOrDefault(leaf.parent() + "." + leaf.member(), List.of());
        }
        return KINDS.getOrDefault(leaf.member(), List.of()).stream()
                .filter(foreign::containsKey)
                .toList();
    }

    private static Map<String, List<String>> kinds() {
        var kinds = new HashMap<String, List<String>>();
        for (var line : """
                InstanceId InstanceIds Instances = instance
                VolumeId VolumeIds = volume
                ImageId ImageIds SourceImageId = image
                SnapshotId SnapshotIds SourceSnapshotId = snapshot
                KeyName KeyNames = key-pair
                KeyPairId KeyPairIds = key-pair-id
                LaunchTemplateId LaunchTemplateIds = launch-template-id
                LaunchTemplateName LaunchTemplateNames = launch-template
                Placement.GroupName Placement.GroupNames = placement-group
                Placement.GroupId Placement.GroupIds = placement-group-id
                NetworkInterfaceId NetworkInterfaceIds = network-interface
                AssociationId AssociationIds = profile-association
                IamInstanceProfile.Name = instance-profile
                IamInstanceProfile.Arn = instance-profile-arn
                Resources = instance volume key-pair-id launch-template-id placement-group-id network-interface
                UserName = user
                GroupName = group
                RoleName = role
                RoleArn = role-arn
                PolicyArn PermissionsBoundary = policy-arn
                PolicySourceArn = user-arn
                InstanceProfileName = instance-profile
                ServerCertificateName = server-certificate
                SerialNumber = mfa
                AccessKeyId = access-key
                CertificateId = signing-certificate
                OpenIDConnectProviderArn = oidc-provider
                AccountAlias = alias""".split("\n")) {
            var sides = line.split(" = ");
            for (var member : sides[0].split(" ")) {
                kinds.put(member, List.of(sides[1].split(" ")));
            }
        }
        return kinds;
    }

    private static Map<String, String> fillers() {
        var document =
                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}";
        var trust = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"sts:AssumeRole\","
                + "\"Principal\":\"*\"}}";
        var fillers = new HashMap<String, String>();
        fillers.put("PolicyDocument", document);
        fillers.put("AssumeRolePolicyDocument", trust);
        fillers.put("MinCount", "1");
        fillers.put("MaxCount", "1");
        fillers.put("Size", "1");
        fillers.put("Status", "Inactive");
        fillers.put("VersionId", "v1");
        fillers.put("AuthenticationCode1", "123456");
        fillers.put("AuthenticationCode2", "654321");
        fillers.put("Device", "/dev/sdf");
        fillers.put("SetDefault", "true");
        fillers.put("AvailabilityZone", "us-east-1a");
        fillers.put("Encoding", "SSH");
        fillers.put("HttpTokens", "required");
        fillers.put("DescribeInstanceAttribute.Attribute", "instanceType");
        fillers.put("ModifyInstanceAttribute.Attribute", "instanceType");
        fillers.put("ModifyInstanceAttribute.Value", "m1.large");
        fillers.put("ResetInstanceAttribute.Attribute", "sourceDestCheck");
        fillers.put("DescribeVolumeAttribute.Attribute", "autoEnableIO");
        fillers.put("ModifyVolume.Size", "2");
        fillers.put("ModifyLaunchTemplate.SetDefaultVersion", "1");
        fillers.put("DescribeNetworkInterfaceAttribute.Attribute", "description");
        fillers.put("RunInstances.ImageId", "image");
        fillers.put("RunInstances.InstanceType", "m1.small");
        fillers.put("UpdateLoginProfile.Password", "Longer-than-8!");
        fillers.put("Password", "Longer-than-8!");
        fillers.put("ModifyInstanceMetadataOptions.HttpTokens", "required");
        return fillers;
    }
}
