package io.coppice.ebs;

import io.coppice.ebs.copy.SnapshotHome;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.CephPool;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.transfer.QemuImg;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.undo.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Volumes in a pool of a Ceph cluster, and the copies of their snapshots. */
record CephStorage(EbsConfig config, SnapshotCopying copying) {
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
            var disks = backend.snapshotDisks(copying.store()::isOpen);
            var copies = copying.start(SnapshotHome.of(copying.transactions(), copying.book(), disks), undo);
            return new Storage(backend, copies.lost(), backend::stored, copies.door(), copies.summary());
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
