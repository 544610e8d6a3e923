package io.coppice.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 network in CIDR notation (RFC 4632, RFC 4291), or one address. An IPv4 address that is written as IPv6
 * ({@code ::ffff:10.0.0.1}) is that IPv4 address. Names are never looked up.
 */
final class AddressRange {
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    private final byte[] network;
    private final int prefixBits;

    private AddressRange(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /** Empty when the text is no range. */
    static Optional<AddressRange> parse(String text) {
        var slash = text.indexOf('/');
        var address = address(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        var bits = address.get().length * Byte.SIZE;
        if (slash < 0) {
            return Optional.of(new AddressRange(address.get(), bits));
        }
        var prefix = text.substring(slash + 1);
        if (!PREFIX.matcher(prefix).matches() || Integer.parseInt(prefix) > bits) {
            return Optional.empty();
        }
        return Optional.of(new AddressRange(address.get(), Integer.parseInt(prefix)));
    }

    /** Whether the text is an address of this range. */
    boolean contains(String text) {
        return address(text).filter(this::contains).isPresent();
    }

    private boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        var whole = prefixBits / Byte.SIZE;
        for (var at = 0; at < whole; at++) {
            if (address[at] != network[at]) {
                return false;
            }
        }
        var rest = prefixBits % Byte.SIZE;
        return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
    }

    /** Only texts that are addresses for sure reach the library, which never asks a name server for a literal. */
    private static Optional<byte[]> address(String text) {
        try {
            if (V4.matcher(text).matches()) {
                return Optional.of(Inet4Address.ofLiteral(text).getAddress());
            }
            if (text.indexOf(':') >= 0 && V6.matcher(text).matches()) {
                return Optional.of(InetAddress.ofLiteral(text).getAddress());
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
