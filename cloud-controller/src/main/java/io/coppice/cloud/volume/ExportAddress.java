package io.coppice.cloud.volume;

import io.coppice.proto.ebs.v1.VolumeExport;
import org.jspecify.annotations.Nullable;

/**
 * Where a volume is served, as one text that an attachment keeps: the path of a Unix socket, which begins with a slash, or an
 * address with TLS.
 */
final class ExportAddress {
    private ExportAddress() {}

    static String text(VolumeExport export) {
        return export.getTlsAddress().isEmpty() ? export.getUnixPath() : export.getTlsAddress();
    }

    static VolumeExport export(String name, String text) {
        var export = VolumeExport.newBuilder().setName(name);
        var isPath = text.isEmpty() || text.startsWith("/");
        return (isPath ? export.setUnixPath(text) : export.setTlsAddress(text)).build();
    }

    /** Whether who dials there shows which host he is, or may have to: it is not known yet where the volume is served. */
    static boolean crossesMachines(@Nullable String text) {
        return text == null || !(text.isEmpty() || text.startsWith("/"));
    }
}
