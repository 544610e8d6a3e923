package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ListSnapshotsInRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.ListSnapshotsInRecycleBinResponse;
import software.amazon.awssdk.services.ec2.model.RestoreSnapshotFromRecycleBinRequest;
import software.amazon.awssdk.services.ec2.model.RestoreSnapshotFromRecycleBinResponse;
import software.amazon.awssdk.services.ec2.model.SnapshotRecycleBinInfo;

/** The actions on the recycle bin of snapshots. What comes into it is the operator's setting, for all accounts. Thread-safe. */
@ApplicationScoped
class SnapshotBinActions implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("snapshotSet");

    private final Database database;
    private final SnapshotBin bin;
    private final EventLog events;
    private final Pages pages;

    SnapshotBinActions(Database database, SnapshotBin bin, EventLog events, Pages pages) {
        this.database = database;
        this.bin = bin;
        this.events = events;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2,
                "ListSnapshotsInRecycleBin",
                ListSnapshotsInRecycleBinRequest::builder,
                this::list);
        registry.add(
                ActionRegistry.Service.EC2,
                "RestoreSnapshotFromRecycleBin",
                RestoreSnapshotFromRecycleBinRequest::builder,
                this::restore);
    }

    ListSnapshotsInRecycleBinResponse list(RequestContext context, ListSnapshotsInRecycleBinRequest request) {
        var ids = request.snapshotIds();
        ids.forEach(id -> SnapshotActions.id(id, "SnapshotId"));
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var found = pages.read(
                page, (after, limit) -> bin.list(context.account(), ids, after, limit), each -> true, each -> each.id()
                        .value());
        var shown = found.map(SnapshotBinActions::answer);
        ids.stream()
                .filter(id -> shown.stream().noneMatch(each -> each.snapshotId().equals(id)))
                .findFirst()
                .ifPresent(id -> {
                    throw SnapshotErrors.notFound(id);
                });
        return ListSnapshotsInRecycleBinResponse.builder()
                .snapshots(shown)
                .nextToken(found.nextToken())
                .build();
    }

    private static SnapshotRecycleBinInfo answer(SnapshotBin.Recycled recycled) {
        return SnapshotRecycleBinInfo.builder()
                .snapshotId(recycled.id().value())
                .volumeId(recycled.volumeId())
                .description(recycled.description())
                .recycleBinEnterTime(recycled.enteredAt())
                .recycleBinExitTime(recycled.leavesAt())
                .build();
    }

    RestoreSnapshotFromRecycleBinResponse restore(
            RequestContext context, RestoreSnapshotFromRecycleBinRequest request) {
        var id = SnapshotActions.id(request.snapshotId(), "SnapshotId");
        var restored = database.call(entities -> {
            var snapshot = bin.restore(entities, context.account(), id);
            events.append(
                    new ChangeCause(
                            context.action(), context.caller().arn(), context.requestId(), "Restore snapshot " + id),
                    "snapshot.restored",
                    id,
                    context.account(),
                    Map.of("volume", snapshot.volumeId(), "size_gib", snapshot.sizeGib()));
            return snapshot;
        });
        return RestoreSnapshotFromRecycleBinResponse.builder()
                .snapshotId(id)
                .description(restored.description())
                .encrypted(restored.encrypted())
                .ownerId(restored.owner().value())
                .progress(SnapshotAnswers.progress(restored))
                .startTime(restored.startedAt())
                .state(restored.state().text())
                .volumeId(restored.volumeId())
                .volumeSize(restored.sizeGib())
                .build();
    }
}
