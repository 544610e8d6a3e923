package io.coppice.node.disk;

import io.coppice.proto.ebs.v1.VolumeExport;

/** Where a host finds the bytes of a volume. */
public sealed interface VolumeAddress permits NbdAddress, CephAddress {
    /** Where an export is. Throws {@link IllegalArgumentException} when its address is malformed. */
    static VolumeAddress of(VolumeExport export) {
        return export.hasCephImage() ? CephAddress.of(export.getCephImage()) : NbdAddress.of(export);
    }
}
