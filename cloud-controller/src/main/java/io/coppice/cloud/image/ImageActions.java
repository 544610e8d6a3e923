package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.localdisk.LocalMappings;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.DiskMappings;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotReturnCode;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.SnapshotReturnCodes;

/** RegisterImage, DeregisterImage and DescribeImages. Thread-safe. */
@ApplicationScoped
class ImageActions implements ActionModule {
    private static final String SELF = "self";
    private static final PageLimits PAGES = PageLimits.usual("imagesSet");
    private static final String VIRTUALIZATION = "hvm";
    private final ImageStore store;
    private final ImageRegistration registration;
    private final DiskMappings mappings;
    private final Pages pages;
    private final Filters<Image> filters;

    ImageActions(ImageStore store, ImageRegistration registration, DiskMappings mappings, Pages pages) {
        this.mappings = mappings;
        this.store = store;
        this.registration = registration;
        this.pages = pages;
        this.filters = filters(store.trust());
    }

    private static Filters<Image> filters(ImageTrust trust) {
        return Filters.<Image>builder()
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
                .values("block-device-mapping.device-name", image -> disks(image, DiskMapping::device))
                .values(
                        "block-device-mapping.delete-on-termination",
                        image -> disks(image, DiskMapping::deleteOnTermination))
                .values("block-device-mapping.encrypted", image -> disks(image, DiskMapping::encrypted))
                .values("block-device-mapping.volume-size", image -> disks(image, DiskMapping::sizeGib))
                .values("block-device-mapping.volume-type", image -> disks(image, DiskMapping::volumeType))
                .values("block-device-mapping.snapshot-id", image -> List.copyOf(image.snapshotIds()))
                .value("source-image-id", image -> image.description().sourceId())
                .value("free-tier-eligible", image -> true)
                .value("image-allowed", image -> trust.allowsLaunch(image.provenance()))
                .value(
                        "state-reason-code",
                        image -> image.state() == ImageState.FAILED ? "Client.InvalidManifest" : null)
                .never(
                        "kernel-id",
                        "ramdisk-id",
                        "platform",
                        "product-code",
                        "product-code.type",
                        "source-image-region",
                        "source-instance-id",
                        "sriov-net-support")
                .tags(Image::tags)
                .build();
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "RegisterImage", RegisterImageRequest::builder, this::registerImage);
        registry.add(ActionRegistry.Service.EC2, "DeregisterImage", DeregisterImageRequest::builder, this::deregister);
        registry.add(ActionRegistry.Service.EC2, "DescribeImages", DescribeImagesRequest::builder, this::describe);
    }

    RegisterImageResponse registerImage(RequestContext context, RegisterImageRequest request) {
        if (request.kernelId() != null || request.ramdiskId() != null) {
            throw ImageErrors.unsupported("KernelId");
        }
        if (request.uefiData() != null) {
            throw ImageErrors.notHere("UefiData", "each instance begins with the firmware's own variables");
        }
        if (request.tpmSupport() != null) {
            throw ImageErrors.notHere("TpmSupport", "instances have no TPM");
        }
        if (request.virtualizationType() != null
                && !request.virtualizationType().equals(VIRTUALIZATION)) {
            throw ImageErrors.invalid("VirtualizationType", request.virtualizationType(), VIRTUALIZATION);
        }
        var tags = TagRules.of(request.tagSpecifications(), ImageStore.RESOURCE_TYPE, "snapshot");
        if (request.imageLocation() == null && !request.blockDeviceMappings().isEmpty()) {
            return ofSnapshots(context, request, tags);
        }
        if (!request.blockDeviceMappings().stream().allMatch(LocalMappings::isLocal)) {
            throw ImageErrors.unsupported("BlockDeviceMapping of a volume with ImageLocation");
        }
        var description = ImageNames.description(
                        request.name(),
                        request.description(),
                        request.imageLocation(),
                        request.architectureAsString(),
                        request.rootDeviceName())
                .needing(needs(request))
                .signed(ImageTrust.signature(tags.get(ImageTrust.SIGNATURE_TAG)));
        var cause = cause(context, "Register image " + description.name());
        var id = registration.register(cause, context.account(), null, description, false, tags);
        return RegisterImageResponse.builder().imageId(id.value()).build();
    }

    private static GuestNeeds needs(RegisterImageRequest request) {
        return new GuestNeeds(
                ImageNames.bootMode(request.bootModeAsString()), LocalMappings.of(request.blockDeviceMappings()));
    }

    private RegisterImageResponse ofSnapshots(
            RequestContext context, RegisterImageRequest request, Map<String, String> tags) {
        ImageNames.checkArchitecture(request.architectureAsString());
        if (tags.containsKey(ImageTrust.SIGNATURE_TAG)) {
            throw ImageErrors.notHere(ImageTrust.SIGNATURE_TAG, "a signature is of an object");
        }
        var account = context.account();
        var description = ImageNames.description(
                        account, request.name(), request.description(), request.rootDeviceName())
                .needing(needs(request));
        var disks = mappings.whole(account, request.blockDeviceMappings(), description.rootDeviceName());
        var cause = cause(context, "Register image " + description.name());
        var id = registration.register(cause, account, description, disks, tags);
        registration.signal();
        return RegisterImageResponse.builder().imageId(id.value()).build();
    }

    DeregisterImageResponse deregister(RequestContext context, DeregisterImageRequest request) {
        var image = owned(store, context, request.imageId());
        var cause = cause(context, "Deregister image " + image.id());
        var snapshots = new HashMap<String, SnapshotReturnCodes>();
        if (Boolean.TRUE.equals(request.deleteAssociatedSnapshots())) {
            snapshots.putAll(registration.deregisterWithSnapshots(cause, image));
        } else {
            registration.deregister(cause, image);
        }
        return DeregisterImageResponse.builder()
                .returnValue(true)
                .deleteSnapshotResults(snapshots.entrySet().stream()
                        .map(each -> DeleteSnapshotReturnCode.builder()
                                .snapshotId(each.getKey())
                                .returnCode(each.getValue())
                                .build())
                        .toList())
                .build();
    }

    DescribeImagesResponse describe(RequestContext context, DescribeImagesRequest request) {
        var ids = request.imageIds();
        ids.forEach(ImageNames::id);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = filters.select(request.filters());
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
                selection
                        .and(shown(account, request))
                        .and(ownedBy(account, request.owners()))
                        .and(executableBy(account, request.executableUsers())),
                image -> image.id().value());
        return DescribeImagesResponse.builder()
                .images(found.map(this::answer))
                .nextToken(found.nextToken())
                .build();
    }

    private software.amazon.awssdk.services.ec2.model.Image answer(Image image) {
        return ImageAnswers.answer(image).toBuilder()
                .deregistrationProtection(image.protection().text(registration.now()))
                .imageAllowed(store.trust().allowsLaunch(image.provenance()))
                .build();
    }

    private Predicate<Image> shown(AccountId account, DescribeImagesRequest request) {
        var now = registration.now();
        var deprecatedToo = Boolean.TRUE.equals(request.includeDeprecated())
                || !request.imageIds().isEmpty();
        var disabledToo = Boolean.TRUE.equals(request.includeDisabled());
        return image -> (disabledToo || image.state() != ImageState.DISABLED)
                && (deprecatedToo || image.owner().equals(account) || !image.isDeprecated(now));
    }

    private static List<Object> disks(Image image, Function<DiskMapping, Object> fact) {
        return image.shownDisks().stream().map(fact).toList();
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
                .filter(found -> found.state().present())
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
