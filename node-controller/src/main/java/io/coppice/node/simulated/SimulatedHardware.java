package io.coppice.node.simulated;

/**
 * What a simulated host can carry.
 *
 * @param vcpus that may be promised to guests
 * @param memoryMib that may be promised to guests
 * @param diskMib for root disks
 * @param architecture {@code x86_64} or {@code arm64}
 */
public record SimulatedHardware(int vcpus, long memoryMib, long diskMib, String architecture) {
    /** A middling server: 64 vCPUs, 256 GiB of memory, 4 TiB of disk. */
    public static SimulatedHardware server() {
        return new SimulatedHardware(64, 256 * 1024, 4L * 1024 * 1024, "x86_64");
    }
}
