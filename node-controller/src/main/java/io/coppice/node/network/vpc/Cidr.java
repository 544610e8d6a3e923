package io.coppice.node.network.vpc;

import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in the notation of RFC 4632.
 *
 * @param first the range's first address as an unsigned 32-bit number
 * @param prefixLength 0 to 32
 */
public record Cidr(long first, int prefixLength) {
    static final Cidr ANY = new Cidr(0, 0);

    private static final Pattern ADDRESS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final int BITS = 32;
    private static final int MAXIMUM_OCTET = 255;

    public Cidr {
        if (prefixLength < 0 || prefixLength > BITS) {
            throw new IllegalArgumentException(
                    "a range of IPv4 addresses has a prefix of 0 to 32 bits, not " + prefixLength);
        }
        if ((first & ~mask(prefixLength)) != 0) {
            throw new IllegalArgumentException(
                    "%s is not the first address of a /%d range".formatted(text(first), prefixLength));
        }
    }

    /** Reads {@code a.b.c.d/n}; throws {@link IllegalArgumentException} for anything else. */
    public static Cidr parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,2}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a range such as 10.0.0.0/16");
        }
        return new Cidr(number(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** A dotted quad as a number; throws {@link IllegalArgumentException} for anything else. */
    static long number(String address) {
        var octets = ADDRESS.matcher(address);
        if (!octets.matches()) {
            throw new IllegalArgumentException("\"" + address + "\" is not an IPv4 address");
        }
        long number = 0;
        for (int group = 1; group <= octets.groupCount(); group++) {
            var octet = Integer.parseInt(octets.group(group));
            if (octet > MAXIMUM_OCTET) {
                throw new IllegalArgumentException("\"" + address + "\" is not an IPv4 address");
            }
            number = number << 8 | octet;
        }
        return number;
    }

    /** The dotted quad of a number. */
    static String text(long address) {
        return "%d.%d.%d.%d".formatted(address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
    }

    private static long mask(int prefixLength) {
        return prefixLength == 0 ? 0 : 0xffffffffL << (BITS - prefixLength) & 0xffffffffL;
    }

    public boolean contains(String address) {
        return contains(number(address));
    }

    boolean contains(long address) {
        return (address & mask(prefixLength)) == first;
    }

    /** How many addresses there are. */
    long size() {
        return 1L << (BITS - prefixLength);
    }

    /** The address this far behind the first. */
    public String address(long offset) {
        if (offset < 0 || offset >= size()) {
            throw new IllegalArgumentException(this + " has no address number " + offset);
        }
        return text(first + offset);
    }

    String netmask() {
        return text(mask(prefixLength));
    }

    @Override
    public String toString() {
        return text(first) + "/" + prefixLength;
    }
}
