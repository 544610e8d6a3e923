package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.StatelessSession;

/** Keeps the bytes of images whatever becomes of their objects. Stateless; runs inside the caller's transaction. */
public final class PinnedImages {
    private final Clock clock;
    private final Blobs blobs;

    /** Takes its times from {@code clock}, and counts references with {@code blobs}. */
    public PinnedImages(Clock clock, Blobs blobs) {
        this.clock = clock;
        this.blobs = blobs;
    }

    /** What is known of an image's bytes when they are pinned. */
    public record Facts(String format, long sizeBytes, long virtualSizeBytes, String sha256) {}

    /** The image of that id. */
    public Optional<ImageRow> find(StatelessSession session, String imageId) {
        return session.createSelectionQuery("from ImageRow where imageId = :id", ImageRow.class)
                .setParameter("id", imageId)
                .uniqueResultOptional();
    }

    /** As {@link #find}, and nobody forgets it until the transaction ends. */
    public Optional<ImageRow> findAndHold(StatelessSession session, String imageId) {
        return lock(session, imageId, "key share") ? find(session, imageId) : Optional.empty();
    }

    /** An image's bytes in order. */
    public List<Segment> segments(StatelessSession session, String imageId) {
        return session
                .createNativeQuery(
                        "select position, blob_id, size_bytes from image_segment where image_id = :id order by position",
                        Object[].class)
                .setParameter("id", imageId)
                .getResultList()
                .stream()
                .map(row -> new Segment(
                        (Integer) row[0] + 1,
                        new BlobId((UUID) row[1]),
                        (Long) row[2],
                        Optional.empty(),
                        Optional.empty()))
                .toList();
    }

    /** Pins bytes; the references of the segments are counted already. False when the id is in use. */
    public boolean pin(StatelessSession session, String imageId, Facts facts, List<Segment> segments) {
        var inserted = session.createNativeMutationQuery(
                        "insert into image (image_id, format, size_bytes, virtual_size_bytes, sha256, pinned_at)"
                                + " values (:id, :format, :size, :virtual, :sha256, :now) on conflict do nothing")
                .setParameter("id", imageId)
                .setParameter("format", facts.format())
                .setParameter("size", facts.sizeBytes())
                .setParameter("virtual", facts.virtualSizeBytes())
                .setParameter("sha256", facts.sha256())
                .setParameter("now", clock.instant())
                .executeUpdate();
        if (inserted == 0) {
            return false;
        }
        for (int position = 0; position < segments.size(); position++) {
            session.createNativeMutationQuery("insert into image_segment (image_id, position, blob_id, size_bytes)"
                            + " values (:id, :position, :blob, :size)")
                    .setParameter("id", imageId)
                    .setParameter("position", position)
                    .setParameter("blob", segments.get(position).blob().value())
                    .setParameter("size", segments.get(position).sizeBytes())
                    .executeUpdate();
        }
        return true;
    }

    /** Forgets an image and frees its bytes; does nothing when there is none of that id. */
    public void unpin(StatelessSession session, String imageId) {
        if (!lock(session, imageId, "update")) {
            return;
        }
        var segments = session.createNativeQuery(
                        "delete from image_segment where image_id = :id returning blob_id", Object[].class)
                .setParameter("id", imageId);
        blobs.release(
                session,
                Column.of(segments, UUID.class).stream().map(BlobId::new).toList());
        session.createNativeMutationQuery("delete from image where image_id = :id")
                .setParameter("id", imageId)
                .executeUpdate();
    }

    private static boolean lock(StatelessSession session, String imageId, String strength) {
        return !session.createNativeQuery(
                        "select image_id from image where image_id = :id for " + strength, Object[].class)
                .setParameter("id", imageId)
                .getResultList()
                .isEmpty();
    }
}
