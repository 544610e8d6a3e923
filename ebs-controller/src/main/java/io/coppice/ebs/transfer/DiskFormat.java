package io.coppice.ebs.transfer;

import java.util.List;
import java.util.Locale;

/** The formats that disks are exchanged in. */
enum DiskFormat {
    RAW("raw", List.of()),
    QCOW2("qcow2", List.of()),
    /** Written compressed and in one piece, as VMware's OVF tools take it. */
    VMDK("vmdk", List.of("-o", "subformat=streamOptimized")),
    /** Written with the size that it says and not the one its old geometry would allow. */
    VHD("vpc", List.of("-o", "subformat=dynamic,force_size=on")),
    VHDX("vhdx", List.of());

    private final String driver;
    private final List<String> writing;

    DiskFormat(String driver, List<String> writing) {
        this.driver = driver;
        this.writing = writing;
    }

    /** The format of that name, lower case; throws {@link IllegalArgumentException} when there is none. */
    static DiskFormat named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** What QEMU calls it. */
    String driver() {
        return driver;
    }

    /** What qemu-img is told when it writes one. */
    List<String> writing() {
        return writing;
    }
}
