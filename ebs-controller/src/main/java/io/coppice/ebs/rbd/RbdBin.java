package io.coppice.ebs.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jboss.logging.Logger;

/**
 * The bin of a pool: images that were deleted, whose bytes are still there. Those that others lie over stay until these are gone,
 * or stand by themselves. Source: rbd(8), "trash".
 *
 * <p>There may be thousands that others lie over. They are not asked one by one whether they can go now: one is, when what lay
 * right over it has gone.
 */
final class RbdBin {
    private static final Logger LOG = Logger.getLogger(RbdBin.class);

    private final CephTools tools;
    private final RbdAncestry ancestry;
    /** What others lay over when that was tried last, by Ceph's ids. One look at a time has it. */
    private final Set<String> needed = new HashSet<>();
    /** What something may lie over no longer. */
    private final Queue<String> freed = new ConcurrentLinkedQueue<>();

    private volatile boolean anew;
    private volatile boolean closed;

    RbdBin(CephTools tools) {
        this.tools = tools;
        this.ancestry = new RbdAncestry(tools);
    }

    /** Something that lay over what has this id, Ceph's, does so no longer. Any thread. */
    void free(String id) {
        freed.add(id);
    }

    /** All are tried at the next look: others than this controller may have removed what lay over them. Any thread. */
    void lookAtAll() {
        anew = true;
    }

    /**
     * Removes what can be removed, which takes as long as there is data. One at a time.
     *
     * @return whether there is something left that can be removed soon
     * @throws IOException when Ceph does not say what there is; what one image fails for holds up no other
     */
    boolean removeUnneeded() throws IOException {
        var there = discarded();
        retry(there);
        var left = new ArrayDeque<String>();
        there.stream().filter(id -> !needed.contains(id)).forEach(left::add);
        var open = false;
        while (!left.isEmpty() && !closed) {
            var id = left.pop();
            try {
                var below = below(id);
                switch (remove(id)) {
                    case GONE -> below.filter(needed::remove).ifPresent(left::push);
                    case BELOW_OTHERS -> needed.add(id);
                    case OPEN -> open = true;
                }
            } catch (IOException e) {
                if (!closed) {
                    LOG.warnf("%s in Ceph's bin could not be removed and will be tried again: %s", id, e.getMessage());
                }
            }
        }
        return open;
    }

    private void retry(Set<String> there) {
        needed.retainAll(there);
        if (anew) {
            anew = false;
            needed.clear();
        }
        for (var id = freed.poll(); id != null; id = freed.poll()) {
            needed.remove(id);
        }
    }

    private Set<String> discarded() throws IOException {
        var ids = new HashSet<String>();
        for (var each : tools.askJson("trash", "ls", tools.pool().pool())) {
            if (isOurs(each)) {
                ids.add(each.path("id").asText());
            }
        }
        return ids;
    }

    /** A pool that is not ours alone may have things of others in its bin. */
    private static boolean isOurs(JsonNode image) {
        var name = image.path("name").asText();
        return name.startsWith(VolumeId.PREFIX) || name.startsWith(SnapshotId.PREFIX);
    }

    private Optional<String> below(String id) throws IOException {
        try {
            return ancestry.originOfId(id).map(RbdAncestry.Origin::id);
        } catch (CephRefusal e) {
            // It may be half removed. What it lay over is then found when all are looked at.
            LOG.debugf("what lies below a deleted image is not known: %s", e.getMessage());
            return Optional.empty();
        }
    }

    private enum Removal {
        GONE,
        BELOW_OTHERS,
        /** It can be removed soon. */
        OPEN
    }

    private Removal remove(String id) throws IOException {
        try {
            tools.rbdForLong("trash", "rm", "--no-progress", tools.pool().pool() + "/" + id);
            return Removal.GONE;
        } catch (CephRefusal e) {
            if (e.isBelowOthers()) {
                return Removal.BELOW_OTHERS;
            }
            // Who removes an image has the one below it open, too, and is cut off with others when that is attached.
            if (e.isOpen() || e.isCutOff()) {
                return Removal.OPEN;
            }
            if (e.isMissing()) {
                return Removal.GONE;
            }
            throw e;
        }
    }

    /** Removes nothing more; what is under way ends by itself, and may end with this process. Any thread. */
    void close() {
        closed = true;
    }
}
