package io.coppice.node.hypervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * UEFI firmware for x86 guests, without Secure Boot, as distributions install it. libvirt copies the variables' template to the
 * file that a guest's own are kept in. Source: https://libvirt.org/formatdomain.html, "BIOS bootloader".
 *
 * @param code the firmware itself, which guests share and cannot write
 * @param variables what a guest's variables begin as
 */
record UefiFirmware(Path code, Path variables) {
    private static final List<UefiFirmware> KNOWN = List.of(
            of("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
            of("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
            of("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"));

    private static UefiFirmware of(String code, String variables) {
        return new UefiFirmware(Path.of(code), Path.of(variables));
    }

    /** What this host has now; a package that is installed later is found by the next guest. */
    static Optional<UefiFirmware> present() {
        return KNOWN.stream()
                .filter(each -> Files.isReadable(each.code) && Files.isReadable(each.variables))
                .findFirst();
    }
}
