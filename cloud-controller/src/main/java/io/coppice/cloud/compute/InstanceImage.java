package io.coppice.cloud.compute;

import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.image.Images.LaunchImage;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * The image as it was when the instance was launched: what hosts need to fetch it, even when it is deregistered since.
 *
 * @param sha256 lower-case hexadecimal; empty when the root disk is a volume
 * @param format {@code raw} or {@code qcow2}
 * @param bootMode as the API names it
 */
@Embeddable
record InstanceImage(
        @Column(name = "image_id") String id,
        @Column(name = "image_sha256") String sha256,
        @Column(name = "image_size_bytes") long sizeBytes,
        @Column(name = "image_virtual_bytes") long virtualBytes,
        @Column(name = "image_format") String format,
        @Column(name = "architecture") String architecture,
        @Column(name = "root_device_name") String rootDeviceName,
        @Column(name = "boot_mode") String bootMode) {

    /** By which firmware it wants to be booted. */
    BootMode boot() {
        return BootMode.of(bootMode).orElse(BootMode.LEGACY_BIOS);
    }

    /** By which firmware its instances are booted, as the API names it. */
    String bootedBy() {
        return boot().isUefi() ? BootMode.UEFI.text() : BootMode.LEGACY_BIOS.text();
    }

    /** Whether the root disk is a volume, so that no host needs the image. */
    boolean onVolume() {
        return sha256.isEmpty();
    }

    static InstanceImage of(LaunchImage image) {
        return new InstanceImage(
                image.id().value(),
                image.sha256(),
                image.sizeBytes(),
                // A host has no room to find for what is no file of its own.
                image.disks().isEmpty() ? image.virtualSizeBytes() : 0,
                image.format(),
                image.architecture(),
                image.rootDeviceName(),
                image.needs().bootMode().text());
    }
}
