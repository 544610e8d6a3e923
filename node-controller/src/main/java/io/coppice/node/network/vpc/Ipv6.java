package io.coppice.node.network.vpc;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A range of IPv6 addresses, and how addresses are written here: as the kernel's programs write them, so that texts can be compared.
 * Source: RFC 4291, RFC 5952. Immutable.
 *
 * @param first the first address as a number; the bits behind the prefix are zero
 * @param prefixLength 0 to 128
 */
public record Ipv6(BigInteger first, int prefixLength) {
    /** Everybody's. */
    static final Ipv6 ANY = new Ipv6(BigInteger.ZERO, 0);

    /** The router of every subnet: on the wire of one subnet only, so that all may have the same. */
    public static final String ROUTER = "fe80::1";

    public static final int LINK_PREFIX = 64;
    static final int HOST_PREFIX = 128;

    private static final int BITS = 128;
    private static final int BYTES = 16;
    private static final int GROUPS = 8;
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:]{2,39}");

    public Ipv6 {
        if (prefixLength < 0 || prefixLength > BITS) {
            throw new IllegalArgumentException("a prefix of IPv6 has 0 to 128 bits, not " + prefixLength);
        }
        if (!first.equals(cut(first, prefixLength))) {
            throw new IllegalArgumentException(
                    "%s is not the first address of a /%d range".formatted(text(first), prefixLength));
        }
    }

    /** Reads {@code a:b::/n}; throws {@link IllegalArgumentException} for anything else. */
    public static Ipv6 parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a range such as fd00::/64");
        }
        return new Ipv6(number(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** An address as a number; throws {@link IllegalArgumentException} for anything that is none. */
    static BigInteger number(String address) {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("\"" + address + "\" is not an IPv6 address");
        }
        try {
            // An address with a colon is never looked up.
            if (InetAddress.getByName(address) instanceof Inet6Address read) {
                return new BigInteger(1, read.getAddress());
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + address + "\" is not an IPv6 address", e);
        }
        // Addresses of IPv4 that are written as such of IPv6: nobody here has one.
        throw new IllegalArgumentException("\"" + address + "\" stands for an IPv4 address");
    }

    /** The address as the kernel's programs write it. */
    static String canonical(String address) {
        return text(number(address));
    }

    /** The text of an address: the longest run of two zero groups or more is left out, the first of those as long. */
    static String text(BigInteger number) {
        var groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = number.shiftRight(BITS - 16 * (i + 1)).intValue() & 0xffff;
        }
        int begin = -1;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && groups[i + run] == 0) {
                run++;
            }
            if (run > longest) {
                begin = i;
                longest = run;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == begin) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** The address that an interface makes for its own wire from its hardware address. Source: RFC 4291 appendix A. */
    static String linkLocal(String mac) {
        var octets = HexFormat.ofDelimiter(":").parseHex(mac);
        var address = new byte[BYTES];
        address[0] = (byte) 0xfe;
        address[1] = (byte) 0x80;
        address[8] = (byte) (octets[0] ^ 2);
        address[9] = octets[1];
        address[10] = octets[2];
        address[11] = (byte) 0xff;
        address[12] = (byte) 0xfe;
        address[13] = octets[3];
        address[14] = octets[4];
        address[15] = octets[5];
        return text(new BigInteger(1, address));
    }

    /** The address as packets have it, 16 bytes. */
    static byte[] octets(String address) {
        return HexFormat.of().parseHex("%032x".formatted(number(address)));
    }

    /** The address in hexadecimal digits alone, as nft(8) compares bytes of packets with it. */
    static String bytes(String address) {
        return "0x%032x".formatted(number(address));
    }

    private static BigInteger cut(BigInteger number, int prefixLength) {
        return number.shiftRight(BITS - prefixLength).shiftLeft(BITS - prefixLength);
    }

    boolean contains(String address) {
        return cut(number(address), prefixLength).equals(first);
    }

    /** The address this far behind the first. */
    public String address(long offset) {
        return text(first.add(BigInteger.valueOf(offset)));
    }

    @Override
    public String toString() {
        return text(first) + "/" + prefixLength;
    }
}
