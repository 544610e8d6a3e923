package io.coppice.node.disk;

import io.coppice.proto.ebs.v1.VolumeExport;
import java.util.regex.Pattern;

/** Where a volume is served by NBD. */
public sealed interface NbdAddress extends VolumeAddress {
    /** At a Unix socket of this machine. */
    record Socket(String path) implements NbdAddress {}

    /**
     * With TLS, to hosts of this cloud.
     *
     * @param serverName what the server's certificate must bear
     * @param host where it listens
     */
    record Tls(String serverName, String host, int port) implements NbdAddress {}

    /** Where an export is. Throws {@link IllegalArgumentException} when its address is malformed. */
    static NbdAddress of(VolumeExport export) {
        return export.getTlsAddress().isEmpty() ? new Socket(export.getUnixPath()) : tls(export.getTlsAddress());
    }

    private static Tls tls(String address) {
        var parts =
                Pattern.compile("([a-z0-9.-]+)@([0-9a-zA-Z.-]+):([0-9]{1,5})").matcher(address);
        if (!parts.matches()) {
            throw new IllegalArgumentException("a volume is served at NAME@HOST:PORT, not at " + address);
        }
        return new Tls(parts.group(1), parts.group(2), Integer.parseInt(parts.group(3)));
    }
}
