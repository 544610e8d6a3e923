package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionRequest;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageResponse;

/** Switches images off and on, says from when on they are old, and keeps them from being deregistered. Thread-safe. */
@ApplicationScoped
class ImageLifeActions implements ActionModule {
    /** "Deprecate an Amazon EC2 AMI" in the EC2 user guide. */
    private static final int MOST_YEARS = 10;

    private static final Set<ImageState> PRESENT =
            Set.of(ImageState.PENDING, ImageState.AVAILABLE, ImageState.DISABLED, ImageState.FAILED);

    private static final int HALF_A_MINUTE = 30;

    private final Database database;
    private final ImageStore store;
    private final ImageRegistration registration;
    private final EventLog events;

    ImageLifeActions(Database database, ImageStore store, ImageRegistration registration, EventLog events) {
        this.database = database;
        this.store = store;
        this.registration = registration;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "DisableImage", DisableImageRequest::builder, this::disable);
        registry.add(Service.EC2, "EnableImage", EnableImageRequest::builder, this::enable);
        registry.add(Service.EC2, "EnableImageDeprecation", EnableImageDeprecationRequest::builder, this::deprecate);
        registry.add(
                Service.EC2,
                "DisableImageDeprecation",
                DisableImageDeprecationRequest::builder,
                this::cancelDeprecation);
        registry.add(
                Service.EC2,
                "EnableImageDeregistrationProtection",
                EnableImageDeregistrationProtectionRequest::builder,
                this::protect);
        registry.add(
                Service.EC2,
                "DisableImageDeregistrationProtection",
                DisableImageDeregistrationProtectionRequest::builder,
                this::unprotect);
        registry.add(
                Service.EC2,
                "CancelImageLaunchPermission",
                CancelImageLaunchPermissionRequest::builder,
                this::cancelLaunchPermission);
    }

    DisableImageResponse disable(RequestContext context, DisableImageRequest request) {
        change(context, request.imageId(), Set.of(ImageState.AVAILABLE, ImageState.DISABLED), ImageRow::disable);
        return DisableImageResponse.builder().returnValue(true).build();
    }

    EnableImageResponse enable(RequestContext context, EnableImageRequest request) {
        change(
                context,
                request.imageId(),
                Set.of(ImageState.AVAILABLE, ImageState.DISABLED),
                ImageRow::becomeAvailable);
        return EnableImageResponse.builder().returnValue(true).build();
    }

    EnableImageDeprecationResponse deprecate(RequestContext context, EnableImageDeprecationRequest request) {
        if (request.deprecateAt() == null) {
            throw ImageErrors.missing("DeprecateAt");
        }
        // To the nearest minute, as AWS does.
        var from = request.deprecateAt().plusSeconds(HALF_A_MINUTE).truncatedTo(ChronoUnit.MINUTES);
        var now = registration.now();
        var latest = now.atOffset(ZoneOffset.UTC).plusYears(MOST_YEARS).toInstant();
        if (request.deprecateAt().isBefore(now) || from.isAfter(latest)) {
            throw ImageErrors.invalid(
                    "DeprecateAt",
                    request.deprecateAt().toString(),
                    "a time from now on, and within " + MOST_YEARS + " years");
        }
        write(context, request.imageId(), from);
        return EnableImageDeprecationResponse.builder().returnValue(true).build();
    }

    DisableImageDeprecationResponse cancelDeprecation(RequestContext context, DisableImageDeprecationRequest request) {
        write(context, request.imageId(), null);
        return DisableImageDeprecationResponse.builder().returnValue(true).build();
    }

    EnableImageDeregistrationProtectionResponse protect(
            RequestContext context, EnableImageDeregistrationProtectionRequest request) {
        var cooldown = Boolean.TRUE.equals(request.withCooldown());
        return EnableImageDeregistrationProtectionResponse.builder()
                .returnValue(protection(context, request.imageId(), (was, now) -> was.enable(cooldown, now)))
                .build();
    }

    DisableImageDeregistrationProtectionResponse unprotect(
            RequestContext context, DisableImageDeregistrationProtectionRequest request) {
        return DisableImageDeregistrationProtectionResponse.builder()
                .returnValue(protection(context, request.imageId(), ImageProtection::disable))
                .build();
    }

    /** Gives what AWS calls the protection that the image has now. */
    private String protection(
            RequestContext context, @Nullable String id, BiFunction<ImageProtection, Instant, ImageProtection> change) {
        var now = registration.now();
        var told = new AtomicReference<>("");
        change(context, id, PRESENT, row -> {
            row.protect(change.apply(row.protection(), now));
            told.set(row.protection().text(now));
        });
        return told.get();
    }

    /** The caller's account gives up what it was allowed by its id. */
    CancelImageLaunchPermissionResponse cancelLaunchPermission(
            RequestContext context, CancelImageLaunchPermissionRequest request) {
        var id = ImageNames.id(request.imageId());
        var account = context.account();
        var image = store.find(id)
                .filter(found -> found.state().present() && found.allows(account))
                .orElseThrow(() -> ImageErrors.notFound(id.value()));
        if (!image.launchers().contains(account)) {
            throw ImageErrors.notSharedWith(id.value(), account.value());
        }
        write(context, image, row -> row.unshare(account));
        return CancelImageLaunchPermissionResponse.builder().returnValue(true).build();
    }

    private void write(RequestContext context, @Nullable String id, @Nullable Instant from) {
        change(context, id, PRESENT, row -> row.deprecate(from));
    }

    private void change(
            RequestContext context, @Nullable String id, Set<ImageState> states, Consumer<ImageRow> change) {
        var image = ImageActions.owned(store, context, id);
        if (!states.contains(image.state())) {
            throw ImageErrors.notAvailable(image);
        }
        write(context, image, change);
    }

    private void write(RequestContext context, Image image, Consumer<ImageRow> change) {
        database.run(entities -> {
            if (!store.change(image.id(), image.state(), change)) {
                throw ImageErrors.changedMeanwhile(image.id().value());
            }
            events.append(
                    ImageActions.cause(context, context.action() + " of image " + image.id()),
                    "image.changed",
                    image.id().value(),
                    image.owner(),
                    Map.of("action", context.action()));
        });
    }
}
