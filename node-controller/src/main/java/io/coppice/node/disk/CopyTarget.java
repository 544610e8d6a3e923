package io.coppice.node.disk;

/**
 * Where a copy of a disk goes, by NBD.
 *
 * @param copyId names the copy
 * @param address where the target is served
 * @param exportName the name of the export there; who knows it can write, so it is not logged
 */
public record CopyTarget(String copyId, NbdAddress address, String exportName) {
    @Override
    public String toString() {
        return copyId;
    }
}
