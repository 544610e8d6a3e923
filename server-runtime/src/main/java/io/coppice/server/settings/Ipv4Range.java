package io.coppice.server.settings;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in CIDR notation (RFC 4632).
 *
 * @param network the first address as an unsigned 32-bit number
 * @param prefix its length, 0 to 32
 */
public record Ipv4Range(long network, int prefix) {
    private static final Pattern CIDR = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");
    private static final int ADDRESS_BITS = 32;

    /** Reads {@code a.b.c.d/n}; host bits are cut off. Throws {@link IllegalArgumentException} when it is not one. */
    public static Ipv4Range parse(String text) {
        var matcher = CIDR.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an IPv4 range: " + text);
        }
        long address = 0;
        for (int group = 1; group <= 4; group++) {
            var octet = Integer.parseInt(matcher.group(group));
            if (octet > 255) {
                throw new IllegalArgumentException("not an IPv4 range: " + text);
            }
            address = address << 8 | octet;
        }
        var prefix = Integer.parseInt(matcher.group(5));
        if (prefix > ADDRESS_BITS) {
            throw new IllegalArgumentException("not an IPv4 range: " + text);
        }
        return new Ipv4Range(address & mask(prefix), prefix);
    }

    /** Whether any address is in both. */
    public boolean overlaps(Ipv4Range other) {
        var shorter = mask(Math.min(prefix, other.prefix));
        return (network & shorter) == (other.network & shorter);
    }

    /** The {@code n}-th address of the range, dotted. */
    public String address(int n) {
        var address = network + n;
        return (address >> 24 & 0xff) + "." + (address >> 16 & 0xff) + "." + (address >> 8 & 0xff) + "."
                + (address & 0xff);
    }

    /** The ranges of all networks that this machine's own devices are in. */
    public static List<Ipv4Range> inUse() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(device -> device.getInterfaceAddresses().stream())
                    .filter(address -> address.getAddress() instanceof Inet4Address)
                    .map(address ->
                            parse(address.getAddress().getHostAddress() + "/" + address.getNetworkPrefixLength()))
                    .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    /** The first candidate that overlaps none of the ranges in use. */
    public static Optional<String> firstFree(List<String> candidates, List<Ipv4Range> inUse) {
        return candidates.stream()
                .filter(candidate -> inUse.stream().noneMatch(used -> used.overlaps(parse(candidate))))
                .findFirst();
    }

    private static long mask(int prefix) {
        return prefix == 0 ? 0 : 0xffff_ffffL << ADDRESS_BITS - prefix & 0xffff_ffffL;
    }
}
