package io.coppice.ebs;

import io.coppice.ebs.copy.UncopiedSnapshotsService;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.ebs.volume.LostSnapshots;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.undo.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Volumes in a pool of a Ceph cluster. */
record CephStorage(EbsConfig config) {
    private static final String UNCOPIED = "snapshots in Ceph are not copied into the object store";

    /**
     * Begins to serve what is there. Throws {@link RoleStartException} when the pool cannot be used.
     *
     * @param keys of what is encrypted
     */
    Storage open(Path folder, DiskKeys keys, Optional<NbdTls> nbd, Undo undo) {
        if (LocalStorage.isSimulated(config)) {
            throw new RoleStartException(
                    "the EBS controller does not start: coppice.ebs.backend=rbd is for real guests",
                    "take coppice.ebs.backend=local with simulated hosts");
        }
        var ceph = config.ceph();
        try {
            var pool = CephPool.open(
                    Path.of(ceph.conf()),
                    Files.createDirectories(folder).resolve("ceph.conf"),
                    ceph.pool(),
                    ceph.user(),
                    ceph.keyring().map(Path::of));
            var limits = new RbdVolumeBackend.Limits(config.overcommit(), config.maxLayers());
            var encryption =
                    new RbdVolumeBackend.Encryption(keys, new QemuImg(config.transferTime()), config.transfersAtOnce());
            var backend = new RbdVolumeBackend(pool, folder.resolve("run"), nbd, encryption, limits);
            undo.add("stop looking after what is served", backend::close);
            return new Storage(
                    backend,
                    LostSnapshots.NEVER_COME_BACK,
                    backend::stored,
                    new UncopiedSnapshotsService(UNCOPIED),
                    () -> UNCOPIED);
        } catch (IOException | IllegalArgumentException e) {
            throw new RoleStartException(
                    "the EBS controller does not start: its Ceph pool cannot be used: " + e.getMessage(),
                    "check coppice.ebs.ceph.conf, .pool, .user and .keyring, that ceph-common and qemu-block-extra are"
                            + " installed, and that this answers: rbd --conf " + ceph.conf() + " --id " + ceph.user()
                            + " ls " + ceph.pool(),
                    e);
        }
    }
}
