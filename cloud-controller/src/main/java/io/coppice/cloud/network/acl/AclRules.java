package io.coppice.cloud.network.acl;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.IcmpTypeCode;
import software.amazon.awssdk.services.ec2.model.PortRange;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;

/** What an entry of a network ACL may say (AWS API reference, CreateNetworkAclEntry). */
final class AclRules {
    static final int MAX_NUMBER = 32_766;
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;
    private static final int MAX_PROTOCOL = 255;
    private static final int MAX_PORT = 65_535;

    private AclRules() {}

    static AclRule read(CreateNetworkAclEntryRequest request) {
        return read(
                allow(request.ruleActionAsString()),
                request.protocol(),
                request.portRange(),
                request.icmpTypeCode(),
                range(request.cidrBlock(), request.ipv6CidrBlock()));
    }

    static AclRule read(ReplaceNetworkAclEntryRequest request) {
        return read(
                allow(request.ruleActionAsString()),
                request.protocol(),
                request.portRange(),
                request.icmpTypeCode(),
                range(request.cidrBlock(), request.ipv6CidrBlock()));
    }

    /** The number of an entry. */
    static int number(@Nullable Integer given) {
        if (given == null) {
            throw NetworkErrors.missing("RuleNumber");
        }
        if (given < 1 || given > MAX_NUMBER) {
            throw NetworkErrors.invalid("ruleNumber", given, "Expecting 1 to " + MAX_NUMBER + ".");
        }
        return given;
    }

    private static AclRule read(
            boolean allow,
            @Nullable String protocolText,
            @Nullable PortRange ports,
            @Nullable IcmpTypeCode icmp,
            IpRange range) {
        var protocol = protocol(NetworkErrors.required(protocolText, "Protocol"));
        return switch (protocol) {
            case TCP, UDP -> {
                if (ports == null || ports.from() == null || ports.to() == null) {
                    throw NetworkErrors.missing("PortRange");
                }
                if (ports.from() < 0 || ports.to() > MAX_PORT || ports.from() > ports.to()) {
                    throw NetworkErrors.invalid(
                            "portRange",
                            ports.from() + "-" + ports.to(),
                            "Expecting ports from 0 to " + MAX_PORT + ".");
                }
                yield new AclRule(allow, protocol, ports.from(), ports.to(), range);
            }
            case ICMP, ICMPV6 -> {
                if (icmp == null || icmp.type() == null || icmp.code() == null) {
                    throw NetworkErrors.missing("IcmpTypeCode");
                }
                if (icmp.type() < AclRule.ALL
                        || icmp.type() > MAX_PROTOCOL
                        || icmp.code() < AclRule.ALL
                        || icmp.code() > MAX_PROTOCOL) {
                    throw NetworkErrors.invalid(
                            "icmpTypeCode", icmp.type() + "/" + icmp.code(), "Expecting -1 to 255.");
                }
                yield new AclRule(allow, protocol, icmp.type(), icmp.code(), range);
            }
            default -> new AclRule(allow, protocol, AclRule.ALL, AclRule.ALL, range);
        };
    }

    private static boolean allow(@Nullable String given) {
        var action = NetworkErrors.required(given, "RuleAction");
        return switch (action) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw NetworkErrors.invalid("ruleAction", action, "Expecting allow or deny.");
        };
    }

    private static IpRange range(@Nullable String ipv4, @Nullable String ipv6) {
        if (ipv4 != null && !ipv4.isEmpty() && ipv6 != null && !ipv6.isEmpty()) {
            throw NetworkErrors.combination("Give either CidrBlock or Ipv6CidrBlock.");
        }
        var isIpv6 = ipv6 != null && !ipv6.isEmpty();
        var text = NetworkErrors.required(isIpv6 ? ipv6 : ipv4, "CidrBlock");
        return IpRange.parse(text)
                .filter(range -> range.ipv6() == isIpv6)
                .orElseThrow(() -> NetworkErrors.invalid(
                        isIpv6 ? "ipv6CidrBlock" : "cidrBlock", text, "This is not a valid CIDR block."));
    }

    private static int protocol(String given) {
        switch (given.toLowerCase(Locale.ROOT)) {
            case "all" -> {
                return AclRule.ALL;
            }
            case "tcp" -> {
                return TCP;
            }
            case "udp" -> {
                return UDP;
            }
            case "icmp" -> {
                return ICMP;
            }
            case "icmpv6", "ipv6-icmp" -> {
                return ICMPV6;
            }
            default -> {
                if (!given.matches("-1|[0-9]{1,3}") || Integer.parseInt(given) > MAX_PROTOCOL) {
                    throw NetworkErrors.invalid("protocol", given, "Expecting -1 to 255.");
                }
                return Integer.parseInt(given);
            }
        }
    }
}
