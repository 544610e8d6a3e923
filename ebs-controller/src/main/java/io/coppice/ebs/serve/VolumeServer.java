package io.coppice.ebs.serve;

import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Gives guests access to volumes. What it serves goes on when this process ends, and is found again by {@link #serve} after
 * the next start. Calls for one volume come one after the other; implementations are thread-safe otherwise.
 */
public interface VolumeServer extends AutoCloseable {
    /**
     * Serves a volume for writing under these names, and under no other: who had it open under another name has lost it when
     * this returns. Those who share it, and still may, notice nothing of that. From then on it is kept served, whatever happens
     * to the process that does it.
     *
     * @param layer what is written to, unless it is served already
     * @param grants one name or more; only who knows one gets at the volume
     * @return one for each name, in their order
     */
    List<VolumeExport> serve(VolumeId volume, Path layer, Grants grants) throws IOException;

    /** Serves the volume to nobody any more; nobody has it open when this returns. */
    void withdraw(VolumeId volume) throws IOException;

    /** The layer that a served volume is written to; empty when it is not served. */
    Optional<Path> writtenTo(VolumeId volume) throws IOException;

    /**
     * Has a served volume written to {@code layer} from now on, which lies empty over the one before. Every write that was
     * acknowledged before is below.
     */
    void divert(VolumeId volume, Path layer) throws IOException;

    /**
     * Carries out {@code change} while nobody reads or writes these volumes: between its begin and its end no write is
     * carried out on any of them. Who has them open is cut off and finds them again under the same name, as large as they are
     * then; what was not acknowledged to him he must repeat. Volumes that are not served are left alone. {@code change} runs
     * in the caller's thread and may call this server. However it ends, the volumes are served again.
     */
    void whilePaused(Collection<VolumeId> volumes, Change change) throws IOException;

    /** What is done while volumes are paused. */
    @FunctionalInterface
    interface Change {
        /** Does it; to take milliseconds, since guests wait. */
        void make() throws IOException;
    }

    /**
     * Begins to copy what lies below a served volume's layer into it, while guests go on, if that is not under way, and completes it
     * when all is copied: nothing is below any more then, durably. To be called until it is so. What {@link #divert} cuts off is begun
     * again by the next call.
     */
    void flatten(VolumeId volume) throws IOException;

    /** Stops looking after what is served; it stays served. */
    @Override
    void close();
}
