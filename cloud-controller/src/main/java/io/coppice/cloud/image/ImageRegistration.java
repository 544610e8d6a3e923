package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.Snapshots;
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
    private final Snapshots snapshots;
    private final ImageSnapshotUse uses;
    private final EventLog events;
    private final Clock clock;

    ImageRegistration(
            Database database,
            ImageStore store,
            ImageBytes bytes,
            Snapshots snapshots,
            ImageSnapshotUse uses,
            ImageKeeper keeper) {
        this.database = database;
        this.store = store;
        this.bytes = bytes;
        this.snapshots = snapshots;
        this.uses = uses;
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

    /** Hides the image from now on. Its bytes stay as long as instances need them. */
    void deregister(ChangeCause cause, Image image) {
        database.run(entities -> {
            if (store.change(image.id(), image.state(), ImageRow::deregister)) {
                append(cause, "image.deregistered", image);
            }
        });
        keeper.signal();
    }

    /** As {@link #deregister}, and has the snapshots removed that no other image needs; tells what became of each. */
    Map<String, SnapshotReturnCodes> deregisterWithSnapshots(ChangeCause cause, Image image) {
        return database.call(entities -> {
            deregister(cause, image);
            var results = new LinkedHashMap<String, SnapshotReturnCodes>();
            for (var snapshot : image.snapshotIds()) {
                results.put(
                        snapshot,
                        uses.userOf(entities, snapshot).isEmpty()
                                        && snapshots.delete(entities, cause, image.owner(), snapshot)
                                ? SnapshotReturnCodes.SUCCESS
                                : SnapshotReturnCodes.SKIPPED);
            }
            return results;
        });
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
