package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private final EventLog events;
    private final Clock clock;

    ImageRegistration(
            Database database, ImageStore store, ImageBytes bytes, ImageKeeper keeper, EventLog events, Clock clock) {
        this.database = database;
        this.store = store;
        this.bytes = bytes;
        this.keeper = keeper;
        this.events = events;
        this.clock = clock;
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
        var image = new Image(
                ImageId.random(),
                owner,
                ownerAlias,
                description,
                ImageState.PENDING,
                "",
                isPublic,
                Image.Content.UNKNOWN,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                Set.of(),
                tags);
        database.run(entities -> {
            store.add(image);
            append(cause, "image.registered", image);
        });
        keeper.signal();
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
