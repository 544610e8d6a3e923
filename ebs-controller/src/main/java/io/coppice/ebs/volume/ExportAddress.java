package io.coppice.ebs.volume;

import io.coppice.proto.ebs.v1.CephImage;
import io.coppice.proto.ebs.v1.VolumeExport;

/**
 * Where a volume is served, as one text: the path of a Unix socket, which begins with a slash, an address with TLS, or an image of a
 * Ceph cluster, which begins with {@code ceph:}.
 */
final class ExportAddress {
    private static final String CEPH = "ceph:";

    private ExportAddress() {}

    static String text(VolumeExport export) {
        if (export.hasCephImage()) {
            var image = export.getCephImage();
            return CEPH + image.getCluster() + "/" + image.getPool() + "/" + image.getImage();
        }
        return export.getTlsAddress().isEmpty() ? export.getUnixPath() : export.getTlsAddress();
    }

    static VolumeExport export(String name, String text) {
        var export = VolumeExport.newBuilder().setName(name);
        if (text.startsWith(CEPH)) {
            return export.setCephImage(cephImage(text)).build();
        }
        var isPath = text.isEmpty() || text.startsWith("/");
        return (isPath ? export.setUnixPath(text) : export.setTlsAddress(text)).build();
    }

    private static CephImage cephImage(String text) {
        // Neither part has a slash.
        var parts = text.substring(CEPH.length()).split("/", -1);
        return CephImage.newBuilder()
                .setCluster(parts[0])
                .setPool(parts[1])
                .setImage(parts[2])
                .build();
    }
}
