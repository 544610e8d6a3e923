package io.coppice.cloud.network.vpc;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which ranges a VPC may have (AWS VPC user guide, "VPC CIDR blocks"). Thread-safe. */
@ApplicationScoped
class VpcRanges {
    private static final int SHORTEST_PREFIX = 16;
    private static final int LONGEST_PREFIX = 28;
    private static final int IPV6_PREFIX = 56;
    private static final int ATTEMPTS = 100;
    private static final int MOST_BITS = 62;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Never a VPC's: this host, loopback, link-local, where metadata is, and what is no single host's. */
    private static final List<IpRange> RESERVED = List.of(
            IpRange.of("0.0.0.0/8"),
            IpRange.of("127.0.0.0/8"),
            IpRange.of("169.254.0.0/16"),
            IpRange.of("224.0.0.0/3"));

    private final NetworkConfig config;
    private final IpRange ipv6Pool;

    VpcRanges(NetworkConfig config) {
        this.config = config;
        this.ipv6Pool = IpRange.parse(config.ipv6Pool())
                .filter(pool -> pool.ipv6() && pool.prefix() <= IPV6_PREFIX)
                .orElseThrow(() -> new IllegalArgumentException(
                        "coppice.vpc.ipv6-pool is not an IPv6 range of at most 56 bits: " + config.ipv6Pool()));
    }

    /** The range in a request; throws {@code InvalidParameterValue} or {@code InvalidVpc.Range}. */
    static IpRange read(@Nullable String given) {
        var text = NetworkErrors.required(given, "cidrBlock");
        var range = IpRange.parse(text)
                .filter(each -> !each.ipv6())
                .orElseThrow(() -> NetworkErrors.invalid("cidrBlock", text, "This is not a valid CIDR block."));
        if (range.prefix() < SHORTEST_PREFIX
                || range.prefix() > LONGEST_PREFIX
                || RESERVED.stream().anyMatch(range::overlaps)) {
            throw VpcErrors.range(text);
        }
        return range;
    }

    /** Throws when the VPC, which is locked, cannot have this range beside those that it has. */
    void checkFits(String vpcId, List<IpRange> present, IpRange range) {
        var ipv4 = present.stream().filter(each -> !each.ipv6()).toList();
        if (ipv4.stream().anyMatch(range::overlaps)) {
            throw VpcErrors.conflict(range.toString());
        }
        if (ipv4.size() >= config.maxCidrBlocks()) {
            throw VpcErrors.cidrLimit(vpcId, config.maxCidrBlocks());
        }
    }

    /** A range of IPv6 that no VPC has. */
    IpRange freeIpv6(EntityManager entities) {
        var bits = Math.min(MOST_BITS, IPV6_PREFIX - ipv6Pool.prefix());
        for (var i = 0; i < ATTEMPTS; i++) {
            var candidate = ipv6Pool.part(IPV6_PREFIX, RANDOM.nextLong(1L << bits));
            PlainSql.lock(entities, "IPv6 range " + candidate);
            var taken = PlainSql.query(
                    entities,
                    "select 1 from vpc_cidr_blocks where ipv6 and cidr_block = ?",
                    row -> true,
                    candidate.toString());
            if (taken.isEmpty()) {
                return candidate;
            }
        }
        throw VpcErrors.noIpv6Left();
    }
}
