package io.coppice.cloud.network;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A range of IPv4 or IPv6 addresses (RFC 4632, RFC 4291). Immutable; bits after the prefix are zero.
 *
 * @param ipv6 which family
 * @param first the first address as a number
 * @param prefix 0 to 32, of IPv6 to 128
 */
public record IpRange(boolean ipv6, BigInteger first, int prefix) {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    private static final int GROUPS = 8;
    private static final int GROUP_BITS = 16;
    private static final int OCTETS = 4;
    private static final int OCTET_BITS = 8;
    private static final int MOST_IN_OCTET = 255;
    private static final int MOST_IN_GROUP = 0xffff;

    /** Clears the bits after the prefix. */
    public IpRange {
        var host = (ipv6 ? IPV6_BITS : IPV4_BITS) - prefix;
        first = first.shiftRight(host).shiftLeft(host);
    }

    /** Reads {@code 10.0.0.0/16} or {@code fd00::/8}; bits after the prefix are cleared. Empty for what is neither. */
    public static Optional<IpRange> parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        var length = text.substring(slash + 1);
        if (!length.matches("0|[1-9][0-9]{0,2}")) {
            return Optional.empty();
        }
        var prefix = Integer.parseInt(length);
        var address = text.substring(0, slash);
        var ipv6 = address.indexOf(':') >= 0;
        if (prefix > (ipv6 ? IPV6_BITS : IPV4_BITS)) {
            return Optional.empty();
        }
        return address(address).map(number -> new IpRange(ipv6, number, prefix));
    }

    /** As {@link #parse} for what was written by this class. */
    public static IpRange of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no range of addresses: " + text));
    }

    /** The number of an IPv4 or IPv6 address. */
    public static Optional<BigInteger> address(String text) {
        return text.indexOf(':') >= 0 ? ipv6(text) : ipv4(text);
    }

    /** An IPv4 address by its number. */
    public static String ipv4Text(BigInteger number) {
        var bits = number.intValue();
        return (bits >>> 24) + "." + (bits >>> 16 & MOST_IN_OCTET) + "." + (bits >>> 8 & MOST_IN_OCTET) + "."
                + (bits & MOST_IN_OCTET);
    }

    private static Optional<BigInteger> ipv4(String text) {
        var octets = text.split("\\.", -1);
        if (octets.length != OCTETS) {
            return Optional.empty();
        }
        var number = 0L;
        for (var octet : octets) {
            if (!octet.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(octet) > MOST_IN_OCTET) {
                return Optional.empty();
            }
            number = number << OCTET_BITS | Integer.parseInt(octet);
        }
        return Optional.of(BigInteger.valueOf(number));
    }

    private static Optional<BigInteger> ipv6(String text) {
        var gap = text.indexOf("::");
        if (gap != text.lastIndexOf("::") || text.contains(":::")) {
            return Optional.empty();
        }
        var head = groups(gap < 0 ? text : text.substring(0, gap));
        var tail = groups(gap < 0 ? "" : text.substring(gap + 2));
        if (head.isEmpty() || tail.isEmpty()) {
            return Optional.empty();
        }
        var missing = GROUPS - head.get().size() - tail.get().size();
        if (gap < 0 ? missing != 0 : missing < 1) {
            return Optional.empty();
        }
        var number = BigInteger.ZERO;
        for (var group : head.get()) {
            number = number.shiftLeft(GROUP_BITS).add(BigInteger.valueOf(group));
        }
        number = number.shiftLeft(GROUP_BITS * missing);
        for (var group : tail.get()) {
            number = number.shiftLeft(GROUP_BITS).add(BigInteger.valueOf(group));
        }
        return Optional.of(number);
    }

    private static Optional<ArrayList<Integer>> groups(String text) {
        var groups = new ArrayList<Integer>();
        if (text.isEmpty()) {
            return Optional.of(groups);
        }
        for (var group : text.split(":", -1)) {
            if (!group.matches("[0-9a-fA-F]{1,4}")) {
                return Optional.empty();
            }
            groups.add(Integer.parseInt(group, 16));
        }
        return Optional.of(groups);
    }

    /** How many addresses there are. */
    public BigInteger size() {
        return BigInteger.ONE.shiftLeft((ipv6 ? IPV6_BITS : IPV4_BITS) - prefix);
    }

    /** The last address. */
    public BigInteger last() {
        return first.add(size()).subtract(BigInteger.ONE);
    }

    /** Whether every address of the other range is in this one. */
    public boolean contains(IpRange other) {
        return ipv6 == other.ipv6 && prefix <= other.prefix && contains(other.first);
    }

    /** Whether the address of that number is in this range; it must be of the same family. */
    public boolean contains(BigInteger address) {
        return first.compareTo(address) <= 0 && address.compareTo(last()) <= 0;
    }

    /** Whether any address is in both. */
    public boolean overlaps(IpRange other) {
        return contains(other) || other.contains(this);
    }

    /** The n-th part of the range when it is cut into ranges of that prefix. */
    public IpRange part(int partPrefix, long n) {
        var shift = (ipv6 ? IPV6_BITS : IPV4_BITS) - partPrefix;
        return new IpRange(ipv6, first.add(BigInteger.valueOf(n).shiftLeft(shift)), partPrefix);
    }

    /** {@code 10.0.0.0/16}; of IPv6 as RFC 5952 writes it. */
    @Override
    public String toString() {
        return (ipv6 ? ipv6Text() : ipv4Text(first)) + "/" + prefix;
    }

    private String ipv6Text() {
        var groups = new int[GROUPS];
        for (var i = 0; i < GROUPS; i++) {
            groups[i] = first.shiftRight(GROUP_BITS * (GROUPS - 1 - i)).intValue() & MOST_IN_GROUP;
        }
        var best = -1;
        var bestLength = 1;
        for (var i = 0; i < GROUPS; i++) {
            var end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                best = i;
                bestLength = end - i;
            }
        }
        var text = new StringBuilder();
        for (var i = 0; i < GROUPS; i++) {
            if (i == best) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
