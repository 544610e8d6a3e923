package io.coppice.node.network;

import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses (RFC 4632).
 *
 * @param first the network's own address as an unsigned 32-bit number
 * @param prefixLength 8 to 30
 */
record Ipv4Range(long first, int prefixLength) {
    private static final Pattern ADDRESS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final int MAXIMUM_OCTET = 255;

    Ipv4Range {
        if (prefixLength < 8 || prefixLength > 30) {
            throw new IllegalArgumentException("a network needs a prefix of 8 to 30 bits, not " + prefixLength);
        }
        if ((first & ~mask(prefixLength)) != 0) {
            throw new IllegalArgumentException("%s is not the first address of a /%d network; that is %s"
                    .formatted(text(first), prefixLength, text(first & mask(prefixLength))));
        }
    }

    /** Reads {@code a.b.c.d/n}; throws {@link IllegalArgumentException} for anything else. */
    static Ipv4Range parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,2}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a network such as 172.31.0.0/16");
        }
        return new Ipv4Range(number(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** A dotted quad as a number; throws {@link IllegalArgumentException} for anything else. */
    static long number(String address) {
        var octets = ADDRESS.matcher(address);
        if (!octets.matches()) {
            throw new IllegalArgumentException("\"" + address + "\" is not an IPv4 address");
        }
        long number = 0;
        for (int group = 1; group <= 4; group++) {
            var octet = Integer.parseInt(octets.group(group));
            if (octet > MAXIMUM_OCTET) {
                throw new IllegalArgumentException("\"" + address + "\" is not an IPv4 address");
            }
            number = number << 8 | octet;
        }
        return number;
    }

    private static long mask(int prefixLength) {
        return 0xffffffffL << (32 - prefixLength) & 0xffffffffL;
    }

    /** A number as a dotted quad. */
    static String text(long address) {
        return "%d.%d.%d.%d".formatted(address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
    }

    /** Whether the address lies within. */
    boolean contains(String address) {
        return (number(address) & mask(prefixLength)) == first;
    }

    /** The network's own address. */
    String network() {
        return text(first);
    }

    /** By convention the gateway's. */
    String firstHost() {
        return text(first + 1);
    }

    String netmask() {
        return text(mask(prefixLength));
    }

    @Override
    public String toString() {
        return network() + "/" + prefixLength;
    }
}
