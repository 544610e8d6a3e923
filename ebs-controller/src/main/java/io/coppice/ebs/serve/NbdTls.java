package io.coppice.ebs.serve;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * How volumes are served to hosts on other machines.
 *
 * @param address the IPv4 address that storage daemons listen on and hosts dial
 * @param firstPort one port for each volume in use, from this one
 * @param lastPort to this one
 * @param credentials the folder with the server's certificate, as {@code QemuCredentials} fills it
 * @param serverName what that certificate bears, and hosts look for
 */
public record NbdTls(String address, int firstPort, int lastPort, Path credentials, String serverName) {
    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
    private static final int LAST_PORT = 65_535;

    public NbdTls {
        if (firstPort < 1 || lastPort < firstPort || lastPort > LAST_PORT) {
            throw new IllegalArgumentException("ports go from 1 to 65535, the lower one first");
        }
    }

    /** What is said by {@code FIRST-LAST}. Throws {@link IllegalArgumentException} when it is something else. */
    public static NbdTls of(String address, String ports, Path credentials, String serverName) {
        var range = PORTS.matcher(ports);
        if (!range.matches()) {
            throw new IllegalArgumentException("ports are FIRST-LAST, for example 10810-11321, not " + ports);
        }
        return new NbdTls(
                address, Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)), credentials, serverName);
    }
}
