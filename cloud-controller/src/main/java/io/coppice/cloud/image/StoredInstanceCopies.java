package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.volume.CopyTargets;
import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.DiskCopyResult;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What hosts have to do for images that are being made, from their rows, and for whoever has guests off. Thread-safe. */
@ApplicationScoped
class StoredInstanceCopies implements InstanceCopies {
    private static final int MOST_AT_ONCE = 1000;

    private final CopyTargets targets;
    private final ImageKeeper keeper;
    private final GuestHolds holds;

    StoredInstanceCopies(CopyTargets targets, ImageKeeper keeper, GuestHolds holds) {
        this.holds = holds;
        this.targets = targets;
        this.keeper = keeper;
    }

    @Override
    public Map<String, DiskCopy> desired(EntityManager entities, Collection<String> instanceIds) {
        var copies = new HashMap<String, DiskCopy>();
        for (var making : ofInstances(entities, instanceIds)) {
            if (!copies.containsKey(making.instanceId())) {
                desired(entities, making).ifPresent(copy -> copies.put(making.instanceId(), copy));
            }
        }
        holds.of(entities, instanceIds).forEach((instanceId, work) -> copies.putIfAbsent(instanceId, rest(work)));
        return copies;
    }

    /** Nothing is copied, and the guest is off. */
    private static DiskCopy rest(String work) {
        return DiskCopy.newBuilder().setCopyId(work).setShutDown(true).build();
    }

    private Optional<DiskCopy> desired(EntityManager entities, ImageMakingRow making) {
        var copy = DiskCopy.newBuilder()
                .setCopyId(making.imageId().value())
                .setShutDown(making.shutDown())
                .setFreeze(!making.shutDown() && targets.freezesGuests());
        var target = making.targetId();
        if (making.step() != MakingStep.COPYING) {
            // The guest stays off until the snapshots are taken.
            return making.shutDown() ? Optional.of(copy.build()) : Optional.empty();
        }
        return target == null
                ? Optional.of(copy.build())
                : targets.export(entities, target)
                        .map(export -> copy.setTarget(export).build());
    }

    private static List<ImageMakingRow> ofInstances(EntityManager entities, Collection<String> instanceIds) {
        return instanceIds.isEmpty()
                ? List.of()
                : entities.createQuery(
                                "from ImageMakingRow m where m.instanceId in (:ids) order by m.startedAt, m.imageId",
                                ImageMakingRow.class)
                        .setParameter("ids", instanceIds)
                        .setMaxResults(MOST_AT_ONCE)
                        .getResultList();
    }

    @Override
    public void observed(EntityManager entities, String instanceId, DiskCopyResult result) {
        var making = entities.find(ImageMakingRow.class, result.getCopyId());
        if (making == null) {
            holds.resting(entities, instanceId, result.getCopyId());
            return;
        }
        if (!making.instanceId().equals(instanceId) || making.step() != MakingStep.COPYING) {
            return;
        }
        var target = making.targetId();
        if (target != null) {
            // Cut off, so that a host that begins again can change nothing of what was copied.
            targets.close(entities, target);
        }
        if (result.hasFailure()) {
            ImageMaker.giveUp(entities, making, keeper, result.getFailure().getMessage());
        } else {
            making.become(MakingStep.COPIED);
            tellIfFrozen(making, result.getFrozenFileSystems());
        }
    }

    private void tellIfFrozen(ImageMakingRow making, int fileSystems) {
        if (fileSystems > 0) {
            keeper.events()
                    .append(
                            new ChangeCause(
                                    "observation",
                                    "coppice",
                                    "",
                                    "File systems of " + making.instanceId() + " stood still for " + making.imageId()),
                            "image.frozen",
                            making.imageId().value(),
                            making.account(),
                            Map.of("instance", making.instanceId(), "file_systems", fileSystems));
        }
    }
}
