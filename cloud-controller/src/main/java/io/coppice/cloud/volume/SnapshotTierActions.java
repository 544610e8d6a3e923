package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotTierStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotTierStatusResponse;
import software.amazon.awssdk.services.ec2.model.SnapshotTierStatus;

/** DescribeSnapshotTierStatus: all snapshots are in the standard tier, and none was ever moved. Thread-safe. */
@ApplicationScoped
class SnapshotTierActions implements ActionModule {
    private static final String SNAPSHOT_ID = "snapshot-id";
    private static final PageLimits PAGES = PageLimits.usual("snapshotTierStatusSet");

    private static final Filters<Snapshot> FILTERS = Filters.<Snapshot>builder()
            .value(SNAPSHOT_ID, Snapshot::id)
            .value("volume-id", Snapshot::volumeId)
            .never("last-tiering-operation")
            .build();

    private final SnapshotStore store;
    private final Pages pages;

    SnapshotTierActions(SnapshotStore store, Pages pages) {
        this.store = store;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2, "DescribeSnapshotTierStatus", DescribeSnapshotTierStatusRequest::builder, this::describe);
    }

    DescribeSnapshotTierStatusResponse describe(RequestContext context, DescribeSnapshotTierStatusRequest request) {
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), false);
        var selection = FILTERS.select(request.filters());
        var account = context.account();
        var found = pages.read(
                page,
                (after, limit) ->
                        store.visible(account, selection.exactly(SNAPSHOT_ID).orElse(null), after, limit),
                selection.and(snapshot -> snapshot.owner().equals(account)),
                snapshot -> snapshot.id().value());
        return DescribeSnapshotTierStatusResponse.builder()
                .snapshotTierStatuses(found.map(SnapshotTierActions::answer))
                .nextToken(found.nextToken())
                .build();
    }

    private static SnapshotTierStatus answer(Snapshot snapshot) {
        return SnapshotTierStatus.builder()
                .snapshotId(snapshot.id().value())
                .volumeId(snapshot.volumeId())
                .ownerId(snapshot.owner().value())
                .status(snapshot.state().text())
                .storageTier("standard")
                .tags(TagRules.toList(snapshot.tags()))
                .build();
    }
}
