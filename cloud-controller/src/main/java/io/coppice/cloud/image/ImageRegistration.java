package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.SnapshotReturnCodes;

/**
 * Registers and deregisters images, for users and for the cloud itself. Thread-safe.
 *
 * <p>It asks Walrus about the object on the request's thread, with a deadline of 5 seconds, before anything is written.
 * That is the exception to "no remote call on a request thread": a user who registers something that is not an image is
 * told so at once, as AWS does, and not by an image that fails later.
 */
@ApplicationScoped
class ImageRegistration {
    private final Database database;
    private final ImageStore store;
    private final ImageBytes bytes;
    private final ImageKeeper keeper;
    private final ImageBin bin;
    private final EventLog events;
    private final Clock clock;

    ImageRegistration(Database database, ImageStore store, ImageBytes bytes, ImageBin bin, ImageKeeper keeper) {
        this.database = database;
        this.store = store;
        this.bytes = bytes;
        this.bin = bin;
        this.keeper = keeper;
        this.events = keeper.events();
        this.clock = keeper.clock();
    }

    /** Writes a pending image, which background work makes available. */
    ImageId register(
            ChangeCause cause,
            AccountId owner,
            @Nullable String ownerAlias,
            Image.Description description,
            boolean isPublic,
            Map<String, String> tags) {
        // Before the remote call, so that a repeated request is refused cheaply; add() checks again.
        store.named(owner, description.name()).ifPresent(other -> {
            throw ImageErrors.duplicateName(description.name(), other.id().value());
        });
        inspect(owner, description);
        var id = database.call(
                entities -> add(cause, new Beginning(owner, ownerAlias, isPublic), description, List.of(), tags));
        keeper.signal();
        return id;
    }

    /** Whose an image is from its beginning. */
    private record Beginning(AccountId owner, @Nullable String ownerAlias, boolean isPublic) {}

    /**
     * Writes a pending image, in the caller's transaction where there is one, that is available once its snapshots are there; without disks it
     * stays pending until it gets some.
     */
    ImageId register(
            ChangeCause cause,
            AccountId owner,
            Image.Description description,
            List<DiskMapping> disks,
            Map<String, String> tags) {
        return database.call(entities -> add(cause, new Beginning(owner, null, false), description, disks, tags));
    }

    /** The time that things are dated with. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Has what was written looked at. */
    void signal() {
        keeper.signal();
    }

    private ImageId add(
            ChangeCause cause,
            Beginning beginning,
            Image.Description description,
            List<DiskMapping> disks,
            Map<String, String> tags) {
        var image = new Image(
                ImageId.random(),
                beginning.owner(),
                beginning.ownerAlias(),
                description,
                ImageState.PENDING,
                "",
                beginning.isPublic(),
                Image.Content.UNKNOWN,
                disks,
                now(),
                null,
                Set.of(),
                ImageProtection.OFF,
                tags);
        store.add(image);
        append(cause, "image.registered", image);
        return image.id();
    }

    private void inspect(AccountId owner, Image.Description description) {
        try {
            bytes.inspect(owner, description.bucket(), description.key());
        } catch (ImageBytesException e) {
            var reason = String.valueOf(e.getMessage());
            throw switch (e.kind()) {
                case NOT_READABLE -> ImageErrors.objectNotReadable(description.location(), reason);
                case NOT_AN_IMAGE -> ImageErrors.notAnImage(description.location(), reason);
                case AWAY -> ImageErrors.storeAway();
            };
        }
    }

    /**
     * Hides the image from now on; its owner may have it back for a while. Its bytes stay as long as instances need them. Throws
     * {@code OperationNotPermitted} when it is protected.
     */
    void deregister(ChangeCause cause, Image image) {
        database.run(entities -> remove(cause, image, false));
        keeper.signal();
    }

    /** Gives whether it can be had back. */
    private boolean remove(ChangeCause cause, Image image, boolean withSnapshots) {
        var kept = new AtomicBoolean();
        if (store.change(image.id(), image.state(), row -> kept.set(bin.take(row, withSnapshots)))) {
            append(cause, kept.get() ? "image.recycled" : "image.deregistered", image);
        }
        return kept.get();
    }

    /** As {@link #deregister}, and has the snapshots removed that no other image needs; tells what becomes of each. */
    Map<String, SnapshotReturnCodes> deregisterWithSnapshots(ChangeCause cause, Image image) {
        var results = database.call(entities -> {
            var kept = remove(cause, image, true);
            var told = new LinkedHashMap<String, SnapshotReturnCodes>();
            for (var snapshot : image.snapshotIds()) {
                told.put(
                        snapshot,
                        kept ? bin.foresee(entities, image, snapshot) : bin.delete(entities, cause, image, snapshot));
            }
            return told;
        });
        keeper.signal();
        return results;
    }

    private void append(ChangeCause cause, String kind, Image image) {
        events.append(
                cause,
                kind,
                image.id().value(),
                image.owner(),
                Map.of(
                        "name", image.description().name(),
                        "location", image.description().location(),
                        "public", image.isPublic()));
    }
}
