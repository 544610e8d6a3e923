package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;

/** RegisterImage, DeregisterImage and DescribeImages. Thread-safe. */
@ApplicationScoped
class ImageActions implements ActionModule {
    private static final String SELF = "self";
    private static final PageLimits PAGES = PageLimits.usual("imagesSet");
    private static final String VIRTUALIZATION = "hvm";
    private static final Filters<Image> FILTERS = Filters.<Image>builder()
            .value("image-id", Image::id)
            .value("name", image -> image.description().name())
            .value("description", image -> image.description().text())
            .value("manifest-location", image -> image.description().location())
            .value("architecture", image -> image.description().architecture())
            .value("root-device-name", image -> image.description().rootDeviceName())
            .value("root-device-type", image -> "ebs")
            .value("state", image -> image.state().text())
            .value("state-reason-message", Image::stateReason)
            .value("is-public", Image::isPublic)
            .value("owner-id", Image::owner)
            .value("owner-alias", Image::ownerAlias)
            .value("creation-date", Image::createdAt)
            .value("image-type", image -> "machine")
            .value("hypervisor", image -> "xen")
            .value("virtualization-type", image -> VIRTUALIZATION)
            .value("ena-support", image -> false)
            .value("block-device-mapping.device-name", image -> image.description()
                    .rootDeviceName())
            .value("block-device-mapping.delete-on-termination", image -> true)
            .value("block-device-mapping.encrypted", image -> false)
            .value("block-device-mapping.volume-size", Image::rootGib)
            .value("block-device-mapping.volume-type", image -> "standard")
            .values("block-device-mapping.snapshot-id", image -> List.of())
            .value("free-tier-eligible", image -> true)
            .value("image-allowed", image -> true)
            .value("state-reason-code", image -> image.state() == ImageState.FAILED ? "Client.InvalidManifest" : null)
            .never(
                    "kernel-id",
                    "ramdisk-id",
                    "platform",
                    "product-code",
                    "product-code.type",
                    "source-image-id",
                    "source-image-region",
                    "source-instance-id",
                    "sriov-net-support")
            .tags(Image::tags)
            .build();

    private final ImageStore store;
    private final ImageRegistration registration;
    private final Pages pages;

    ImageActions(ImageStore store, ImageRegistration registration, Pages pages) {
        this.store = store;
        this.registration = registration;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "RegisterImage", RegisterImageRequest::builder, this::registerImage);
        registry.add(ActionRegistry.Service.EC2, "DeregisterImage", DeregisterImageRequest::builder, this::deregister);
        registry.add(ActionRegistry.Service.EC2, "DescribeImages", DescribeImagesRequest::builder, this::describe);
    }

    RegisterImageResponse registerImage(RequestContext context, RegisterImageRequest request) {
        if (!request.blockDeviceMappings().isEmpty()) {
            throw ImageErrors.unsupported("BlockDeviceMapping");
        }
        if (request.kernelId() != null || request.ramdiskId() != null) {
            throw ImageErrors.unsupported("KernelId");
        }
        if (request.virtualizationType() != null
                && !request.virtualizationType().equals(VIRTUALIZATION)) {
            throw ImageErrors.invalid("VirtualizationType", request.virtualizationType(), VIRTUALIZATION);
        }
        var description = ImageNames.description(
                request.name(),
                request.description(),
                request.imageLocation(),
                request.architectureAsString(),
                request.rootDeviceName());
        var tags = TagRules.of(request.tagSpecifications(), ImageStore.RESOURCE_TYPE, "snapshot");
        var cause = cause(context, "Register image " + description.name());
        var id = registration.register(cause, context.account(), null, description, false, tags);
        return RegisterImageResponse.builder().imageId(id.value()).build();
    }

    DeregisterImageResponse deregister(RequestContext context, DeregisterImageRequest request) {
        var image = owned(store, context, request.imageId());
        registration.deregister(cause(context, "Deregister image " + image.id()), image);
        return DeregisterImageResponse.builder().returnValue(true).build();
    }

    DescribeImagesResponse describe(RequestContext context, DescribeImagesRequest request) {
        var ids = request.imageIds();
        ids.forEach(ImageNames::id);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        var account = context.account();
        if (!ids.isEmpty()) {
            var known = store.visible(account, ids, null, ids.size()).stream()
                    .map(image -> image.id().value())
                    .toList();
            ids.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
                throw ImageErrors.notFound(id);
            });
        }
        var wanted = ids.isEmpty() ? selection.exactly("image-id").orElse(null) : ids;
        var found = pages.read(
                page,
                (after, limit) -> store.visible(account, wanted, after, limit),
                selection.and(ownedBy(account, request.owners())).and(executableBy(account, request.executableUsers())),
                image -> image.id().value());
        return DescribeImagesResponse.builder()
                .images(found.map(ImageAnswers::answer))
                .nextToken(found.nextToken())
                .build();
    }

    private static Predicate<Image> ownedBy(AccountId account, List<String> owners) {
        return image -> owners.isEmpty()
                || owners.stream()
                        .anyMatch(owner -> owner.equals(SELF)
                                ? image.owner().equals(account)
                                : owner.equals(image.ownerAlias())
                                        || owner.equals(image.owner().value()));
    }

    /** {@code self} and ids mean an explicit launch permission, {@code all} a public image. */
    private static Predicate<Image> executableBy(AccountId account, List<String> users) {
        return image -> users.isEmpty()
                || users.stream().anyMatch(user -> switch (user) {
                    case "all" -> image.isPublic();
                    case SELF -> image.launchers().contains(account);
                    default ->
                        image.launchers().stream()
                                .anyMatch(launcher -> launcher.value().equals(user));
                });
    }

    /** The image if the caller owns it; throws {@code InvalidAMIID.NotFound} or {@code AuthFailure}. */
    static Image owned(ImageStore store, RequestContext context, @Nullable String id) {
        var image = store.find(ImageNames.id(id))
                .filter(found -> found.state() != ImageState.DEREGISTERED)
                .filter(found -> found.allows(context.account()))
                .orElseThrow(() -> ImageErrors.notFound(String.valueOf(id)));
        if (!image.owner().equals(context.account())) {
            throw ImageErrors.notOwner(image.id().value());
        }
        return image;
    }

    static ChangeCause cause(RequestContext context, String summary) {
        return new ChangeCause(context.action(), context.caller().arn(), context.requestId(), summary);
    }
}
