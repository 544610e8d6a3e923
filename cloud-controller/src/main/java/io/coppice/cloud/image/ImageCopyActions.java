package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.EncryptionWish;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.CopyImageResponse;

/** CopyImage within the region: the copy belongs to the caller and outlives its source. No byte is copied. Thread-safe. */
@ApplicationScoped
class ImageCopyActions implements ActionModule {
    /** What AWS answers as the volume of a copied snapshot. */
    private static final String NO_VOLUME = "vol-ffffffff";

    private final Database database;
    private final ImageStore store;
    private final ImageRegistration registration;
    private final Snapshots snapshots;
    private final Tags tags;
    private final SiteConfig site;

    ImageCopyActions(
            Database database,
            ImageStore store,
            ImageRegistration registration,
            Snapshots snapshots,
            Tags tags,
            SiteConfig site) {
        this.database = database;
        this.store = store;
        this.registration = registration;
        this.snapshots = snapshots;
        this.tags = tags;
        this.site = site;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CopyImage", CopyImageRequest::builder, this::copy);
    }

    CopyImageResponse copy(RequestContext context, CopyImageRequest request) {
        check(request);
        var source = store.find(ImageNames.id(request.sourceImageId()))
                .filter(image -> image.state().present() && image.allows(context.account()))
                .orElseThrow(() -> ImageErrors.notFound(request.sourceImageId()));
        if (source.state() != ImageState.AVAILABLE) {
            throw ImageErrors.notAvailable(source);
        }
        if (Boolean.TRUE.equals(request.encrypted()) && !source.onSnapshots()) {
            throw ImageErrors.unsupported("Encrypted, of an image whose root disk comes from an object,");
        }
        var begun = database.call(entities -> begin(entities, context, request, source));
        snapshots.begin(begun.snapshots());
        registration.signal();
        return CopyImageResponse.builder().imageId(begun.image().value()).build();
    }

    private void check(CopyImageRequest request) {
        if (request.sourceRegion() == null) {
            throw ImageErrors.missing("SourceRegion");
        }
        if (!request.sourceRegion().equals(site.region())) {
            throw ImageErrors.invalid("SourceRegion", request.sourceRegion(), site.region());
        }
        if (request.destinationOutpostArn() != null) {
            throw ImageErrors.unsupported("DestinationOutpostArn");
        }
    }

    private record Begun(ImageId image, List<String> snapshots) {}

    private Begun begin(EntityManager entities, RequestContext context, CopyImageRequest request, Image source) {
        var from = source.description();
        var description = new Image.Description(
                ImageNames.checkedName(request.name()),
                request.description() == null ? from.text() : ImageNames.checkedText(request.description()),
                from.bucket(),
                from.bucket().isEmpty() ? context.account() + "/" + request.name() : from.key(),
                from.architecture(),
                from.rootDeviceName(),
                source.id().value(),
                from.needs(),
                from.signature());
        var cause = ImageActions.cause(context, "Copy image " + source.id());
        var encryption = EncryptionWish.of(request.encrypted(), request.kmsKeyId());
        var snapshotTags = TagRules.of(request.tagSpecifications(), "snapshot", ImageStore.RESOURCE_TYPE);
        var withSnapshot = source.disks().stream()
                .filter(disk -> disk.snapshotId() != null)
                .toList();
        var copies = snapshots.want(
                entities,
                cause,
                context.account(),
                withSnapshot.stream()
                        .map(disk -> new Snapshots.Wish(
                                NO_VOLUME,
                                disk.snapshotId(),
                                disk.sizeGib(),
                                "Copied for the copy of " + source.id(),
                                snapshotTags,
                                encryption))
                        .toList());
        var disks = new ArrayList<DiskMapping>(source.disks());
        for (int i = 0; i < copies.size(); i++) {
            var copied = withSnapshot.get(i);
            disks.set(disks.indexOf(copied), copied.of(copies.get(i)));
        }
        return new Begun(
                registration.register(cause, context.account(), description, disks, tags(context, request, source)),
                copies);
    }

    private Map<String, String> tags(RequestContext context, CopyImageRequest request, Image source) {
        var all = new HashMap<String, String>();
        if (Boolean.TRUE.equals(request.copyImageTags())) {
            all.putAll(tags.of(context.account(), List.of(source.id().value()))
                    .getOrDefault(source.id().value(), Map.of()));
            all.keySet().removeIf(key -> key.startsWith("aws:"));
        }
        all.putAll(TagRules.of(request.tagSpecifications(), ImageStore.RESOURCE_TYPE, "snapshot"));
        return all;
    }
}
