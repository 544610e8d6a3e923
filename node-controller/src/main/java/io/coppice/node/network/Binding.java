package io.coppice.node.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The one pair of addresses that a guest may use on one device. All texts were checked: they go into rules and files.
 *
 * @param tap the host's device
 * @param mac lower case, colon separated
 * @param address dotted quad; empty while it is not known, where others give it
 * @param hostName the full private name, or empty
 */
record Binding(String tap, String mac, String address, String hostName) {
    private static final Pattern TAP = Pattern.compile("vm[0-9a-f]{12}");
    private static final Pattern MAC = Pattern.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    private static final Pattern HOST_NAME = Pattern.compile("([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.?)*");
    private static final int MAXIMUM_NAME_LENGTH = 253;

    Binding {
        check(TAP, tap, "device");
        check(MAC, mac, "MAC address");
        if (!address.isEmpty()) {
            Ipv4Range.number(address);
        }
        check(HOST_NAME, hostName, "host name");
        if (hostName.length() > MAXIMUM_NAME_LENGTH) {
            throw new IllegalArgumentException("a host name has at most 253 characters");
        }
    }

    static Binding of(InstanceId instance, NetworkEndpoint endpoint) {
        var key = endpoint.getNetworkInterfaceId().isEmpty()
                ? instance.value() + "/" + endpoint.getDeviceIndex()
                : endpoint.getNetworkInterfaceId();
        return new Binding(
                tapOf(key),
                endpoint.getMac().toLowerCase(Locale.ROOT),
                endpoint.getPrivateIpv4(),
                endpoint.getPrivateDnsName().toLowerCase(Locale.ROOT));
    }

    /** The same device with that address; empty for none. */
    Binding withAddress(String known) {
        return new Binding(tap, mac, known, hostName);
    }

    boolean isOfSameDevice(Binding other) {
        return tap.equals(other.tap) && mac.equals(other.mac);
    }

    /** Always the same for the same interface, so that repairs and restarts find it again. */
    private static String tapOf(String key) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return "vm" + HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The host's own label of {@link #hostName}. */
    @JsonIgnore
    String label() {
        var dot = hostName.indexOf('.');
        return dot < 0 ? hostName : hostName.substring(0, dot);
    }

    private static void check(Pattern pattern, String text, String what) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("\"%s\" is not a %s".formatted(text, what));
        }
    }
}
