package io.coppice.cloud.rootvolume;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.rootvolume.ReplacementRow.Plan;
import io.coppice.cloud.rootvolume.ReplacementRow.Wish;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.RootSwaps;
import io.coppice.cloud.volume.RootSwaps.Origin;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateReplaceRootVolumeTaskRequest;

/** Decides whether a root volume can be replaced as asked, and writes that it should be. Thread-safe. */
@ApplicationScoped
class ReplacementAdmission {
    private final Database database;
    private final Replacements replacements;
    private final ReplacementWorker worker;
    private final RootSwaps swaps;
    private final Images images;
    private final ClientTokens tokens;

    ReplacementAdmission(
            Database database,
            Replacements replacements,
            ReplacementWorker worker,
            RootSwaps swaps,
            Images images,
            ClientTokens tokens) {
        this.database = database;
        this.replacements = replacements;
        this.worker = worker;
        this.swaps = swaps;
        this.images = images;
        this.tokens = tokens;
    }

    /** Writes what is asked for and gives its id; throws as AWS does for what cannot be had. */
    String admit(RequestContext context, CreateReplaceRootVolumeTaskRequest request, Map<String, String> tags) {
        var instanceId = request.instanceId();
        if (instanceId == null || instanceId.isEmpty()) {
            throw ReplacementErrors.missing("InstanceId");
        }
        if (request.snapshotId() != null && request.imageId() != null) {
            throw ReplacementErrors.snapshotAndImage();
        }
        var wish = new Wish(
                instanceId,
                request.snapshotId(),
                request.imageId(),
                Boolean.TRUE.equals(request.deleteReplacedRootVolume()));
        var made = database.call(entities -> tokens.once(
                entities, context, request.clientToken(), request, () -> write(entities, context, wish, tags)));
        swaps.signal();
        worker.signal();
        return made.resourceId();
    }

    private String write(EntityManager entities, RequestContext context, Wish wish, Map<String, String> tags) {
        var account = context.account();
        var root = swaps.require(entities, account, wish.instanceId());
        var earlier = replacements.ofInstance(entities, wish.instanceId());
        earlier.stream().filter(row -> !row.isOver()).findFirst().ifPresent(row -> {
            throw ReplacementErrors.underWay(wish.instanceId(), row.id());
        });
        if (earlier.size() >= Replacements.MOST_OF_INSTANCE) {
            throw ReplacementErrors.tooMany(wish.instanceId(), Replacements.MOST_OF_INSTANCE);
        }
        var launchSnapshot =
                earlier.isEmpty() ? root.snapshotId() : earlier.getFirst().launchSnapshotId();
        var volume = swaps.make(entities, account, root, origin(context, wish, root, earlier, launchSnapshot));
        var row = new ReplacementRow(
                ReplacementIds.random(),
                account,
                wish,
                new Plan(root.volumeId(), volume, launchSnapshot),
                worker.now());
        replacements.add(entities, row, tags);
        worker.events()
                .append(
                        new ChangeCause(
                                context.action(),
                                context.caller().arn(),
                                context.requestId(),
                                "Replace the root volume of " + wish.instanceId()),
                        "root-replacement.requested",
                        row.id(),
                        account,
                        Map.of("instance", wish.instanceId(), "volume", volume));
        return row.id();
    }

    private Origin origin(
            RequestContext context,
            Wish wish,
            RootSwaps.Root root,
            List<ReplacementRow> earlier,
            @Nullable String launchSnapshot) {
        if (wish.snapshotId() != null) {
            var lineage = new HashSet<String>();
            earlier.forEach(row -> lineage.addAll(row.roots()));
            lineage.add(root.volumeId());
            return new Origin.Chosen(wish.snapshotId(), lineage);
        }
        if (wish.imageId() != null) {
            return new Origin.OfImage(rootOf(context, wish.imageId()));
        }
        if (launchSnapshot == null) {
            throw ReplacementErrors.launchedEmpty(wish.instanceId());
        }
        return new Origin.Launched(launchSnapshot);
    }

    private DiskMapping rootOf(RequestContext context, String imageId) {
        return images.forLaunch(context.account(), id(imageId)).disks().stream()
                .filter(disk -> disk.root() && disk.snapshotId() != null)
                .findFirst()
                .orElseThrow(() -> ReplacementErrors.imageWithoutSnapshot(imageId));
    }

    private static ImageId id(String text) {
        try {
            return new ImageId(text);
        } catch (MalformedIdException e) {
            throw AwsException.client("InvalidAMIID.Malformed", "Invalid id: \"" + text + "\" (expecting \"ami-...\")");
        }
    }
}
