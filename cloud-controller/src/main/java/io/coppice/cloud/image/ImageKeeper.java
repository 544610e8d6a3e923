package io.coppice.cloud.image;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.cloud.volume.Snapshots.Progress;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Brings images to where they should be: pins the bytes of those registered, lets go those that are deregistered and no
 * longer used. Both are idempotent in Walrus, so two replicas at it do no harm. Thread-safe.
 */
@ApplicationScoped
class ImageKeeper implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(ImageKeeper.class);
    private static final String WRONGLY_SIGNED =
            "its signature is of other bytes, or of a key that this cloud does not trust";

    private static final int LONGEST_REASON = 1024;

    private final Database database;
    private final ImageStore store;
    private final ImageBytes bytes;
    private final Snapshots snapshots;
    private final List<ImageUse> uses;
    private final ImageBin bin;
    private final EventLog events;
    private final ImageConfig config;
    private final Clock clock;
    private final BackgroundLoop loop;
    private final Semaphore slots;
    private final Set<String> beingPinned = ConcurrentHashMap.newKeySet();

    ImageKeeper(
            Database database,
            ImageStore store,
            ImageBytes bytes,
            Snapshots snapshots,
            @All List<ImageUse> uses,
            ImageBin bin,
            EventLog events,
            ImageConfig config,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.bytes = bytes;
        this.snapshots = snapshots;
        this.uses = uses;
        this.bin = bin;
        this.events = events;
        this.config = config;
        this.clock = clock;
        slots = new Semaphore(config.pinsAtOnce());
        loop = new BackgroundLoop("images", config.interval(), this::pass, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "images";
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    /** Where changes of images are told. */
    EventLog events() {
        return events;
    }

    /** Dates what is registered. */
    Clock clock() {
        return clock;
    }

    /** Something was registered or deregistered. */
    void signal() {
        loop.signal();
    }

    private void pass() {
        for (var image : store.inState(ImageState.PENDING)) {
            if (image.onSnapshots()) {
                await(image);
            } else if (!image.description().bucket().isEmpty()
                    && slots.availablePermits() > 0
                    && beingPinned.add(image.id().value())) {
                slots.acquireUninterruptibly();
                // Hours for a large image must not hold up small ones.
                Thread.ofVirtual().name("pin-" + image.id()).start(() -> pinInSlot(image));
            }
        }
        bin.empty();
        store.inState(ImageState.DEREGISTERED).forEach(this::release);
    }

    /** Makes an image available once all that it is made of is there. */
    void await(Image image) {
        var progress = snapshots.progress(image.snapshotIds());
        var lost = progress.entrySet().stream()
                .filter(each -> each.getValue() == Progress.FAILED || each.getValue() == Progress.GONE)
                .map(Map.Entry::getKey)
                .findFirst();
        if (lost.isPresent()) {
            fail(image, "the snapshot " + lost.get() + " could not be taken, or is gone");
        } else if (progress.values().stream().allMatch(Progress.COMPLETED::equals)) {
            finish(image, ImageState.AVAILABLE, "its snapshots are there", ImageRow::becomeAvailable);
        }
    }

    /** Gives up a pending image. */
    void fail(Image image, String reason) {
        var stored = reason.substring(0, Math.min(reason.length(), LONGEST_REASON));
        finish(image, ImageState.FAILED, stored, row -> row.fail(stored));
    }

    private void pinInSlot(Image image) {
        try {
            pin(image);
        } finally {
            beingPinned.remove(image.id().value());
            slots.release();
            if (slots.availablePermits() == 1) {
                // Others may have waited for the slot.
                loop.signal();
            }
        }
    }

    /** One attempt; leaves the image pending when Walrus is away. */
    void pin(Image image) {
        try {
            var pinned = bytes.pin(image.owner(), image.description(), image.id(), config.pinTime());
            store.trust()
                    .checked(pinned, image.description().signature())
                    .ifPresentOrElse(
                            content -> finish(
                                    image,
                                    ImageState.AVAILABLE,
                                    "its bytes are held",
                                    row -> row.becomeAvailable(content)),
                            () -> fail(image, WRONGLY_SIGNED));
        } catch (ImageBytesException e) {
            switch (e.kind()) {
                case AWAY ->
                    LOG.infof("the bytes of %s cannot be pinned now and will be later: %s", image.id(), e.getMessage());
                case NOT_READABLE, NOT_AN_IMAGE -> {
                    fail(image, e.getMessage() == null ? "the object cannot be read" : e.getMessage());
                }
            }
        }
    }

    private void finish(Image image, ImageState state, String summary, Consumer<ImageRow> change) {
        database.run(entities -> {
            if (store.change(image.id(), ImageState.PENDING, change)) {
                events.append(
                        new ChangeCause("reconciler", "coppice", "", "Image " + image.id() + ": " + summary),
                        "image.state-changed",
                        image.id().value(),
                        image.owner(),
                        Map.of("state", state.text()));
            }
        });
    }

    /** Lets go of the bytes of a deregistered image once nobody needs them. */
    void release(Image image) {
        if (image.onSnapshots() || image.description().bucket().isEmpty()) {
            store.purge(image.id());
            return;
        }
        if (uses.stream().anyMatch(use -> use.inUse(image.id()))) {
            return;
        }
        try {
            bytes.unpin(image.id());
            store.purge(image.id());
        } catch (ImageBytesException e) {
            LOG.infof("the bytes of %s cannot be let go now and will be later: %s", image.id(), e.getMessage());
        }
    }
}
