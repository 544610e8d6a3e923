package io.coppice.node.hypervisor;

/** What starts a guest. */
public enum Firmware {
    /** What the machine has of its own: SeaBIOS on x86. */
    BIOS,
    /** OVMF, with variables of the instance's own. */
    UEFI
}
