package io.coppice.cloud.image;

import java.util.Arrays;
import java.util.Optional;

/** By which firmware an image wants to be booted. Source: AWS EC2 user guide, "Instance launch behavior with boot modes". */
public enum BootMode {
    LEGACY_BIOS("legacy-bios"),
    UEFI("uefi"),
    /** By UEFI where the instance type has it, and all have it here. */
    UEFI_PREFERRED("uefi-preferred");

    private final String text;

    BootMode(String text) {
        this.text = text;
    }

    /** The mode of this name in the API; empty for another text. */
    public static Optional<BootMode> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    /** As the API names it. */
    public String text() {
        return text;
    }

    /** Whether instances boot by UEFI. */
    public boolean isUefi() {
        return this != LEGACY_BIOS;
    }
}
