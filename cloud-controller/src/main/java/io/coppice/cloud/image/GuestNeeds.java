package io.coppice.cloud.image;

import io.coppice.cloud.localdisk.MappedDisk;
import java.util.List;

/**
 * What an image says of the machine that its instances are, besides their volumes.
 *
 * @param localDisks disks of the host that they are to have
 */
public record GuestNeeds(BootMode bootMode, List<MappedDisk> localDisks) {
    /** Of an image that says nothing of it. */
    public static final GuestNeeds USUAL = new GuestNeeds(BootMode.LEGACY_BIOS, List.of());

    /** Keeps its own copy. */
    public GuestNeeds {
        localDisks = List.copyOf(localDisks);
    }
}
