package io.coppice.cloud.image;

import io.coppice.cloud.volume.SnapshotUse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Optional;

/** Keeps the snapshots that images are made of. Thread-safe. */
@ApplicationScoped
class ImageSnapshotUse implements SnapshotUse {
    @Override
    public Optional<String> userOf(EntityManager entities, String snapshotId) {
        return entities
                .createQuery(
                        "select i.id from ImageRow i join i.disks d"
                                + " where d.snapshotId = :snapshot and i.state <> 'deregistered' order by i.id",
                        String.class)
                .setParameter("snapshot", snapshotId)
                .setMaxResults(1)
                .getResultList()
                .stream()
                .findFirst();
    }
}
