package io.coppice.ebs.backend;

import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Encrypts what plain snapshots hold, for volumes and copies that are to be encrypted: into disks of their own, in the
 * background, some at a time. What a restart cuts off begins anew. Thread-safe.
 */
public final class EncryptedCopies {
    private static final Logger LOG = Logger.getLogger(EncryptedCopies.class);

    private final Semaphore slots;
    private final Map<ResourceId, Copy> copies = new ConcurrentHashMap<>();

    /** The disk of one volume or snapshot that is to be. */
    public interface Target {
        /**
         * Makes an empty one, in place of what an earlier attempt left, and returns when all that the snapshot holds is in it and
         * durable. Nobody sees it before {@link #adopt}. Takes as long as there is data.
         */
        void fill() throws IOException;

        /** Lets the volume or snapshot be what was filled. */
        void adopt() throws IOException;

        /** Removes what was filled, or begun. */
        void discard() throws IOException;
    }

    /** The work on one volume or snapshot; done when its thread has ended. */
    private static final class Copy {
        private final Target target;
        private volatile Optional<IOException> failure = Optional.empty();
        private volatile boolean filled;
        private volatile boolean abandoned;

        private Copy(Target target) {
            this.target = target;
        }
    }

    /** @param atOnce how many are filled at a time, 1 or more */
    public EncryptedCopies(int atOnce) {
        this.slots = new Semaphore(atOnce);
    }

    /**
     * Whether {@code id} has its own encrypted disk by now; begins with it otherwise. Throws what the last attempt broke off
     * with; the next call begins another.
     *
     * @param target where it goes; that of the call that began is used
     */
    public boolean finish(ResourceId id, Target target) throws IOException {
        var known = copies.get(id);
        if (known == null) {
            var copy = new Copy(target);
            copies.put(id, copy);
            Thread.ofVirtual().name("encrypt-" + id).start(() -> inSlot(id, copy));
            return false;
        }
        if (known.failure.isPresent()) {
            copies.remove(id);
            throw new IOException("what it is made from could not be encrypted", known.failure.get());
        }
        if (!known.filled) {
            return false;
        }
        known.target.adopt();
        copies.remove(id);
        return true;
    }

    /** Nobody wants it any more. */
    public void forget(ResourceId id) throws IOException {
        var known = copies.remove(id);
        if (known != null) {
            known.abandoned = true;
            if (known.filled) {
                known.target.discard();
            }
        }
    }

    private void inSlot(ResourceId id, Copy copy) {
        try {
            slots.acquire();
            try {
                if (!copy.abandoned) {
                    fill(copy);
                }
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            copy.failure = Optional.of(new IOException("interrupted", e));
        } catch (IOException e) {
            if (copy.abandoned) {
                LOG.debugf(e, "the encryption of what %s was to be made from was cut off", id);
            } else {
                LOG.warnf(e, "what %s is made from could not be encrypted; it is begun again", id);
            }
            copy.failure = Optional.of(e);
        } catch (RuntimeException e) {
            // The boundary of this thread: whoever waits for it must not wait for ever.
            LOG.errorf(e, "the encryption of what %s is made from broke off; it is begun again", id);
            copy.failure = Optional.of(new IOException("the encryption broke off", e));
        }
    }

    /** What was abandoned meanwhile leaves nothing. */
    private static void fill(Copy copy) throws IOException {
        try {
            copy.target.fill();
            copy.filled = true;
        } finally {
            if (copy.abandoned) {
                copy.target.discard();
            }
        }
    }
}
