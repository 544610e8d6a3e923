package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which ranges a subnet may have (AWS VPC user guide, "Subnet CIDR blocks"). */
final class SubnetRanges {
    private static final int SHORTEST_PREFIX = 16;
    private static final int LONGEST_PREFIX = 28;
    private static final int IPV6_PREFIX = 64;

    private SubnetRanges() {}

    /** The IPv4 range in a request. */
    static IpRange read(@Nullable String given) {
        var text = NetworkErrors.required(given, "cidrBlock");
        var range = IpRange.parse(text)
                .filter(each -> !each.ipv6())
                .orElseThrow(() -> NetworkErrors.invalid("cidrBlock", text, "This is not a valid CIDR block."));
        if (range.prefix() < SHORTEST_PREFIX || range.prefix() > LONGEST_PREFIX) {
            throw SubnetErrors.range(text);
        }
        return range;
    }

    /** The IPv6 range in a request. */
    static IpRange readIpv6(String text) {
        var range = IpRange.parse(text)
                .filter(IpRange::ipv6)
                .orElseThrow(
                        () -> NetworkErrors.invalid("ipv6CidrBlock", text, "This is not a valid IPv6 CIDR block."));
        if (range.prefix() != IPV6_PREFIX) {
            throw SubnetErrors.range(text);
        }
        return range;
    }

    /** Throws when the range is in none of the VPC's, or another subnet has some of it. */
    static void checkFits(List<IpRange> ofVpc, List<SubnetRow> others, IpRange range) {
        if (ofVpc.stream().noneMatch(each -> each.contains(range))) {
            throw SubnetErrors.range(range.toString());
        }
        var taken = others.stream()
                .map(other -> range.ipv6() ? other.ipv6Range() : other.range())
                .filter(Objects::nonNull);
        if (taken.anyMatch(range::overlaps)) {
            throw SubnetErrors.conflict(range.toString());
        }
    }
}
