package io.coppice.ebs.volume;

import io.coppice.proto.ebs.v1.VolumeExport;

/** Where a volume is served, as one text: the path of a Unix socket, which begins with a slash, or an address with TLS. */
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
}
