package io.coppice.node.hypervisor;

/** What executes a guest's instructions. */
enum Acceleration {
    /** The processor itself, by the kernel's KVM. */
    KVM("kvm"),
    /** QEMU's translator (TCG): works everywhere, some ten times slower. */
    TRANSLATED("qemu");

    private final String domainType;

    Acceleration(String domainType) {
        this.domainType = domainType;
    }

    /** The {@code type} of a libvirt domain. */
    String domainType() {
        return domainType;
    }
}
