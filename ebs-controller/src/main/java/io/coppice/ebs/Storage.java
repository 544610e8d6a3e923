package io.coppice.ebs;

import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.ebs.transfer.StoredDisks;
import io.coppice.ebs.volume.LostSnapshots;
import io.grpc.BindableService;
import java.util.function.Supplier;

/**
 * The bytes of a zone and what is done with them, as the configured backend does it. What it runs is stopped by the undo steps
 * of the role that opened it.
 *
 * @param backend keeps volumes and snapshots
 * @param lost brings back snapshots that are kept elsewhere
 * @param disks what imports and exports write and read
 * @param copiesDoor answers who wants copies of snapshots
 * @param copies how far copies of snapshots are, in words
 */
record Storage(
        VolumeBackend backend,
        LostSnapshots lost,
        StoredDisks disks,
        BindableService copiesDoor,
        Supplier<String> copies) {}
