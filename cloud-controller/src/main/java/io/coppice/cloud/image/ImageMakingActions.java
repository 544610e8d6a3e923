package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.localdisk.LocalMappings;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.DiskMappings;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateImageRequest;
import software.amazon.awssdk.services.ec2.model.CreateImageResponse;

/**
 * CreateImage. Where the root disk is a volume and the guest need not be shut down, the snapshots are taken before it
 * answers; otherwise {@link ImageMaker} sees to it. Thread-safe.
 */
@ApplicationScoped
class ImageMakingActions implements ActionModule {
    private static final Set<String> CAN_BE_COPIED = Set.of("running", "stopped");
    private static final String RUNNING = "running";

    private final Database database;
    private final ImageRegistration registration;
    private final ImageMaker maker;
    private final ImageSources sources;
    private final Snapshots snapshots;
    private final CopyTargets targets;
    private final DiskMappings mappings;

    ImageMakingActions(
            Database database,
            ImageRegistration registration,
            ImageMaker maker,
            ImageSources sources,
            Snapshots snapshots,
            CopyTargets targets) {
        this.database = database;
        this.registration = registration;
        this.maker = maker;
        this.sources = sources;
        this.snapshots = snapshots;
        this.targets = targets;
        this.mappings = new DiskMappings(snapshots);
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CreateImage", CreateImageRequest::builder, this::create);
    }

    CreateImageResponse create(RequestContext context, CreateImageRequest request) {
        if (request.instanceId() == null) {
            throw ImageErrors.missing("InstanceId");
        }
        if ("local".equals(request.snapshotLocationAsString())) {
            throw ImageErrors.unsupported("SnapshotLocation=local");
        }
        var begun = database.call(entities -> begin(entities, context, request));
        snapshots.begin(begun.snapshots());
        maker.signal();
        registration.signal();
        return CreateImageResponse.builder().imageId(begun.image().value()).build();
    }

    private record Begun(ImageId image, List<String> snapshots) {}

    private Begun begin(EntityManager entities, RequestContext context, CreateImageRequest request) {
        var account = context.account();
        var source = sources.require(entities, account, request.instanceId());
        if (!CAN_BE_COPIED.contains(source.state())) {
            throw ImageErrors.cannotBeCopied(source.id(), source.state());
        }
        var imageTags = TagRules.of(request.tagSpecifications(), ImageStore.RESOURCE_TYPE, "snapshot");
        var snapshotTags = TagRules.of(request.tagSpecifications(), "snapshot", ImageStore.RESOURCE_TYPE);
        var description = ImageNames.description(account, request.name(), request.description(), source.rootDevice())
                .needing(new GuestNeeds(
                        source.needs().bootMode(),
                        LocalMappings.over(source.needs().localDisks(), request.blockDeviceMappings())));
        var shutDown = source.state().equals(RUNNING) && !Boolean.TRUE.equals(request.noReboot());
        var cause = ImageActions.cause(context, "Create image " + description.name() + " of " + source.id());
        var target = source.rootIsVolume()
                ? null
                : targets.make(entities, account, source.zone(), source.rootGib(), source.id());
        var disks = disks(account, source, target, request.blockDeviceMappings());
        if (target == null && !shutDown) {
            var ofVolumes =
                    disks.stream().filter(disk -> disk.volumeId() != null).toList();
            var taken = snapshots.want(
                    entities,
                    cause,
                    account,
                    ofVolumes.stream()
                            .map(disk -> wish(disk, snapshotText(source), snapshotTags))
                            .toList());
            var finished = new ArrayList<DiskMapping>();
            disks.stream()
                    .filter(disk -> disk.volumeId() == null)
                    .forEach(disk -> finished.add(disk.with(disk.snapshotId())));
            IntStream.range(0, taken.size())
                    .forEach(i -> finished.add(ofVolumes.get(i).with(taken.get(i))));
            return new Begun(registration.register(cause, account, description, finished, imageTags), taken);
        }
        var image = registration.register(cause, account, description, List.of(), imageTags);
        entities.flush();
        var plan = new ImageMakingRow.Plan(source.id(), shutDown, snapshotText(source), snapshotTags, disks);
        entities.persist(new ImageMakingRow(image, account, plan, target, registration.now()));
        entities.flush();
        sources.changed(entities, source.id());
        return new Begun(image, List.of());
    }

    private static String snapshotText(ImageSources.Source source) {
        return "Created by CreateImage(" + source.id() + ")";
    }

    private static Snapshots.Wish wish(PlannedDisk disk, String description, Map<String, String> tags) {
        return new Snapshots.Wish(String.valueOf(disk.volumeId()), null, disk.sizeGib(), description, tags);
    }

    /** What the image begins with: what the instance has, unless the request says otherwise. */
    private List<PlannedDisk> disks(
            AccountId account, ImageSources.Source source, @Nullable String target, List<BlockDeviceMapping> asked) {
        var disks = new ArrayList<PlannedDisk>();
        if (target != null) {
            var root = new DiskMapping(source.rootDevice(), null, source.rootGib(), "gp2", null, true);
            disks.add(changed(PlannedDisk.of(root, target), asked));
        }
        for (var held : snapshots.ofInstance(account, source.id())) {
            var planned = PlannedDisk.of(rooted(held.disk(), source), held.volumeId());
            if (planned.with(null).root() || !isLeftOut(planned, asked)) {
                disks.add(changed(planned, asked));
            }
        }
        asked.stream()
                .filter(mapping -> mapping.noDevice() == null && mapping.ebs() != null)
                .filter(mapping -> disks.stream().noneMatch(disk -> isOf(mapping, disk)))
                .forEach(mapping -> disks.add(PlannedDisk.of(mappings.disk(account, mapping), null)));
        DiskMappings.check(disks.stream().map(disk -> disk.with(null)).toList());
        if (disks.stream().noneMatch(disk -> disk.with(null).root())) {
            throw ImageErrors.withoutRoot(source.id());
        }
        return disks;
    }

    /** The root disk has the image's name of it, by whatever name it was attached. */
    private static DiskMapping rooted(DiskMapping disk, ImageSources.Source source) {
        return disk.root()
                ? new DiskMapping(
                        source.rootDevice(),
                        null,
                        disk.sizeGib(),
                        disk.volumeType(),
                        disk.iops(),
                        disk.deleteOnTermination())
                : disk;
    }

    private static boolean isLeftOut(PlannedDisk disk, List<BlockDeviceMapping> asked) {
        return asked.stream().anyMatch(mapping -> mapping.noDevice() != null && isOf(mapping, disk));
    }

    private static boolean isOf(BlockDeviceMapping mapping, PlannedDisk disk) {
        return LaunchVolumes.isSameDevice(mapping.deviceName(), disk.device());
    }

    /** The disk as the request changes it: type, deletion, and size upwards. */
    private PlannedDisk changed(PlannedDisk disk, List<BlockDeviceMapping> asked) {
        return asked.stream()
                .filter(mapping -> mapping.ebs() != null && isOf(mapping, disk))
                .findFirst()
                .map(mapping -> PlannedDisk.of(mappings.changed(disk.with(null), mapping.ebs()), disk.volumeId()))
                .orElse(disk);
    }
}
