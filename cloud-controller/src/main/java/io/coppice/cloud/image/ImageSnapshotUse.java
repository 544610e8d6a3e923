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
        return userBesides(entities, snapshotId, "");
    }

    /** As {@link #userOf}, of other images than this. Those in the recycle bin need theirs too. */
    Optional<String> userBesides(EntityManager entities, String snapshotId, String imageId) {
        return entities
                .createQuery(
                        "select i.id from ImageRow i join i.disks d"
                                + " where d.snapshotId = :snapshot and i.id <> :besides"
                                + " and i.state <> 'deregistered' order by i.id",
                        String.class)
                .setParameter("snapshot", snapshotId)
                .setParameter("besides", imageId)
                .setMaxResults(1)
                .getResultList()
                .stream()
                .findFirst();
    }
}
