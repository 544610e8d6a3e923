package io.coppice.cloud.network.group;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.prefixlist.PrefixLists;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleRequest;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** Reads the rules that requests name, in each of the forms that the API has for them. Thread-safe. */
@ApplicationScoped
class PermissionReader {
    private static final Pattern DESCRIPTION = Pattern.compile("[a-zA-Z0-9. _\\-:/()#,@\\[\\]+=&;{}!$*]{0,255}");

    private final SecurityGroups groups;
    private final PrefixLists prefixLists;

    PermissionReader(SecurityGroups groups, PrefixLists prefixLists) {
        this.groups = groups;
        this.prefixLists = prefixLists;
    }

    /** A rule that a request names. */
    record Wanted(Permission permission, String description) {}

    /**
     * The members of a request that name rules.
     *
     * @param permissions the list; empty when the request names one rule by the other members
     * @param sourceGroup the name of a group of the same VPC
     */
    record Form(
            List<IpPermission> permissions,
            @Nullable String protocol,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable String cidr,
            @Nullable String sourceGroup,
            @Nullable String sourceOwner) {
        Form {
            permissions = List.copyOf(permissions);
        }

        static Form of(List<IpPermission> permissions) {
            return new Form(permissions, null, null, null, null, null, null);
        }

        boolean isEmpty() {
            return permissions.isEmpty() && !isSimple();
        }

        private boolean isSimple() {
            return protocol != null || from != null || to != null || cidr != null || sourceGroup != null;
        }

        private List<IpPermission> all() {
            if (!isSimple()) {
                return permissions;
            }
            if (!permissions.isEmpty()) {
                throw NetworkErrors.combination(
                        "The parameter 'ipPermissions' may not be used in combination with 'ipProtocol', 'cidrIp' or"
                                + " 'sourceSecurityGroupName'");
            }
            var one = IpPermission.builder()
                    .ipProtocol(protocol == null && sourceGroup != null ? "-1" : protocol)
                    .fromPort(from)
                    .toPort(to);
            if (cidr != null) {
                one.ipRanges(range -> range.cidrIp(cidr));
            }
            if (sourceGroup != null) {
                one.userIdGroupPairs(pair -> pair.groupName(sourceGroup).userId(sourceOwner));
            }
            return List.of(one.build());
        }
    }

    /** The rules of a request, each once; throws as AWS does for what cannot be. */
    List<Wanted> read(EntityManager entities, SecurityGroupRow group, boolean egress, Form form) {
        var permissions = form.all();
        if (permissions.isEmpty()) {
            throw NetworkErrors.missing("ipPermissions");
        }
        var wanted = new LinkedHashMap<Permission, Wanted>();
        for (var each : permissions) {
            var protocol = ProtocolPorts.of(each.ipProtocol(), each.fromPort(), each.toPort());
            var peers = peers(entities, group, each);
            if (peers.isEmpty()) {
                throw NetworkErrors.missing("CidrIp, CidrIpv6, PrefixListId or source security group");
            }
            for (var peer : peers) {
                var permission =
                        new Permission(egress, protocol.protocol(), protocol.from(), protocol.to(), peer.peer());
                var present = wanted.putIfAbsent(permission, new Wanted(permission, peer.description()));
                if (present != null) {
                    throw GroupErrors.repeatedRule(permission);
                }
            }
        }
        return List.copyOf(wanted.values());
    }

    /** The rule that ModifySecurityGroupRules puts in the place of another. */
    Wanted read(EntityManager entities, SecurityGroupRow group, boolean egress, SecurityGroupRuleRequest request) {
        var protocol = ProtocolPorts.of(request.ipProtocol(), request.fromPort(), request.toPort());
        var peers = new ArrayList<String>();
        Optional.ofNullable(request.cidrIpv4()).ifPresent(given -> peers.add(cidr(given, false)));
        Optional.ofNullable(request.cidrIpv6()).ifPresent(given -> peers.add(cidr(given, true)));
        Optional.ofNullable(request.prefixListId())
                .ifPresent(given -> peers.add(prefixList(entities, new AccountId(group.accountId), given)));
        Optional.ofNullable(request.referencedGroupId())
                .ifPresent(given -> peers.add(group(
                        entities,
                        group,
                        UserIdGroupPair.builder().groupId(given).build())));
        if (peers.size() != 1) {
            throw NetworkErrors.combination(
                    "Each rule must have one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId");
        }
        return new Wanted(
                new Permission(egress, protocol.protocol(), protocol.from(), protocol.to(), peers.getFirst()),
                description(request.description()));
    }

    private record Peer(String peer, String description) {}

    private List<Peer> peers(EntityManager entities, SecurityGroupRow group, IpPermission permission) {
        var peers = new ArrayList<Peer>();
        permission
                .ipRanges()
                .forEach(each -> peers.add(new Peer(cidr(each.cidrIp(), false), description(each.description()))));
        permission
                .ipv6Ranges()
                .forEach(each -> peers.add(new Peer(cidr(each.cidrIpv6(), true), description(each.description()))));
        permission
                .prefixListIds()
                .forEach(each -> peers.add(new Peer(
                        prefixList(entities, new AccountId(group.accountId), each.prefixListId()),
                        description(each.description()))));
        permission
                .userIdGroupPairs()
                .forEach(each -> peers.add(new Peer(group(entities, group, each), description(each.description()))));
        return peers;
    }

    private static String cidr(@Nullable String given, boolean ipv6) {
        if (given == null) {
            throw NetworkErrors.missing(ipv6 ? "cidrIpv6" : "cidrIp");
        }
        return IpRange.parse(given)
                .filter(range -> range.ipv6() == ipv6)
                .orElseThrow(() -> GroupErrors.malformedCidr(given))
                .toString();
    }

    private String prefixList(EntityManager entities, AccountId account, @Nullable String given) {
        return prefixLists.refer(entities, account, NetworkErrors.required(given, "PrefixListId"));
    }

    private String group(EntityManager entities, SecurityGroupRow of, UserIdGroupPair pair) {
        var owner = pair.userId();
        if (owner != null && !owner.equals(of.accountId)) {
            throw GroupErrors.notFound(pair.groupId() == null ? String.valueOf(pair.groupName()) : pair.groupId());
        }
        var id = pair.groupId();
        if (id != null && !id.isEmpty()) {
            NetworkKind.SECURITY_GROUP.check(id);
            var found = groups.require(entities, new AccountId(of.accountId), id);
            if (!found.vpcId.equals(of.vpcId)) {
                throw GroupErrors.otherNetwork(id);
            }
            return found.id;
        }
        var name = NetworkErrors.required(pair.groupName(), "GroupId");
        return groups.in(entities, of.vpcId).stream()
                .filter(each -> each.name.equals(name))
                .findFirst()
                .orElseThrow(() -> GroupErrors.notFoundByName(name, of.vpcId))
                .id;
    }

    /** A rule's description, checked; empty for none. */
    static String description(@Nullable String given) {
        if (given == null) {
            return "";
        }
        if (!DESCRIPTION.matcher(given).matches()) {
            throw GroupErrors.value("Invalid rule description. Valid descriptions are strings less than 256 characters"
                    + " from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*");
        }
        return given;
    }
}
