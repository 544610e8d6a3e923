package io.coppice.cloud.image;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.cloud.volume.Snapshots;
import io.coppice.cloud.volume.Snapshots.Progress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes images of instances, step by step: waits until the instance's host has done its part, takes the snapshots, gives
 * them to the image, and lets the guest go on. Every step is one transaction and may be repeated. Thread-safe.
 */
@ApplicationScoped
class ImageMaker implements BackgroundTask {
    private static final Duration SOON = Duration.ofMillis(200);
    private static final int BATCH = 256;

    private final Database database;
    private final ImageKeeper keeper;
    private final Snapshots snapshots;
    private final CopyTargets targets;
    private final ImageSources sources;
    private final BackgroundLoop loop;
    /** What was looked at last, so that one that cannot go on keeps no other waiting; used by the loop only. */
    private String last = "";

    ImageMaker(
            Database database,
            ImageKeeper keeper,
            Snapshots snapshots,
            CopyTargets targets,
            ImageSources sources,
            ImageConfig config) {
        this.database = database;
        this.keeper = keeper;
        this.snapshots = snapshots;
        this.targets = targets;
        this.sources = sources;
        loop = new BackgroundLoop("image-making", config.interval(), this::pass, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "image-making";
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public void stop() {
        loop.stop();
    }

    /** An image is to be made. */
    void signal() {
        loop.signal();
    }

    void pass() {
        var makings = next();
        for (var id : makings) {
            last = id;
            advance(id);
        }
        if (!makings.isEmpty()) {
            // A guest may be off meanwhile.
            CompletableFuture.delayedExecutor(SOON.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(loop::signal);
        }
    }

    /** Those after the one that was looked at last, and then from the first on: each comes in its turn. */
    private List<String> next() {
        return database.call(entities -> entities.createQuery(
                        "select m.imageId from ImageMakingRow m"
                                + " order by case when m.imageId > :last then 0 else 1 end, m.imageId",
                        String.class)
                .setParameter("last", last)
                .setMaxResults(BATCH)
                .getResultList());
    }

    private void advance(String imageId) {
        var wanted = database.call(entities -> {
            var making = locked(entities, imageId);
            return making == null ? List.<String>of() : take(entities, making);
        });
        snapshots.begin(wanted);
        database.run(entities -> {
            var making = locked(entities, imageId);
            if (making != null && making.step() == MakingStep.TAKEN) {
                finish(entities, making);
            }
        });
    }

    /** The row, with its instance locked before it; null when the making is over. */
    private @Nullable ImageMakingRow locked(EntityManager entities, String imageId) {
        var making = entities.find(ImageMakingRow.class, imageId);
        if (making == null) {
            return null;
        }
        var there = sources.lock(entities, making.instanceId());
        entities.refresh(making);
        var image = entities.find(ImageRow.class, imageId);
        if (image == null || !image.is(ImageState.PENDING)) {
            end(entities, making);
            return null;
        }
        if (!there && making.step() == MakingStep.COPYING) {
            giveUp(entities, making, keeper, "the instance was terminated before its disks could be copied");
            end(entities, making);
            return null;
        }
        return making;
    }

    /** Wants the snapshots when everything is still, and returns those that are to be begun. */
    private List<String> take(EntityManager entities, ImageMakingRow making) {
        var target = making.targetId();
        if (making.step() != MakingStep.COPIED || (target != null && !targets.isStill(entities, target))) {
            return List.of();
        }
        var cause = new ChangeCause(
                "reconciler", "coppice", "", "Image " + making.imageId() + " is made of " + making.instanceId());
        var sourceful =
                making.disks().stream().filter(disk -> disk.volumeId() != null).toList();
        var ids = snapshots.want(
                entities,
                cause,
                making.account(),
                sourceful.stream()
                        .map(disk -> new Snapshots.Wish(
                                String.valueOf(disk.volumeId()),
                                null,
                                disk.sizeGib(),
                                making.description(),
                                making.snapshotTags()))
                        .toList());
        var disks = new ArrayList<>(making.disks().stream()
                .filter(disk -> disk.volumeId() == null)
                .map(disk -> disk.with(disk.snapshotId()))
                .toList());
        for (int i = 0; i < ids.size(); i++) {
            disks.add(sourceful.get(i).with(ids.get(i)));
        }
        var image = entities.find(ImageRow.class, making.imageId().value());
        if (image != null) {
            image.disk(disks);
        }
        making.become(MakingStep.TAKEN);
        return ids;
    }

    /** Lets the guest go on once all snapshots are taken. */
    private void finish(EntityManager entities, ImageMakingRow making) {
        var image = entities.find(ImageRow.class, making.imageId().value());
        var progress = image == null
                ? List.<Progress>of()
                : List.copyOf(snapshots
                        .progress(image.toImage(java.util.Map.of()).snapshotIds())
                        .values());
        if (progress.stream().noneMatch(Progress.PENDING::equals)) {
            end(entities, making);
            keeper.signal();
        }
    }

    /** Gives the image up; the next pass clears away. */
    static void giveUp(EntityManager entities, ImageMakingRow making, ImageKeeper keeper, String reason) {
        var image = entities.find(ImageRow.class, making.imageId().value());
        if (image != null && image.is(ImageState.PENDING)) {
            keeper.fail(image.toImage(java.util.Map.of()), reason);
        }
    }

    private void end(EntityManager entities, ImageMakingRow making) {
        var target = making.targetId();
        if (target != null) {
            targets.delete(entities, target);
        }
        entities.remove(making);
        entities.flush();
        sources.changed(entities, making.instanceId());
    }
}
