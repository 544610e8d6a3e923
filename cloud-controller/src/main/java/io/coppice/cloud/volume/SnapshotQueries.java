package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Predicate;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;

/** DescribeSnapshots. Thread-safe. */
@ApplicationScoped
class SnapshotQueries implements ActionModule {
    private static final String SNAPSHOT_ID = "snapshot-id";
    private static final String SELF = "self";
    private static final PageLimits PAGES = PageLimits.usual("snapshotSet");

    private static final Filters<Snapshot> FILTERS = Filters.<Snapshot>builder()
            .value("description", Snapshot::description)
            .value("encrypted", Snapshot::encrypted)
            .value("owner-id", Snapshot::owner)
            .value("progress", SnapshotAnswers::progress)
            .value(SNAPSHOT_ID, Snapshot::id)
            .value("start-time", Snapshot::startedAt)
            .value("status", snapshot -> snapshot.state().text())
            .value("storage-tier", snapshot -> "standard")
            .value("transfer-type", snapshot -> "standard")
            .value("volume-id", Snapshot::volumeId)
            .value("volume-size", Snapshot::sizeGib)
            .never("owner-alias")
            .tags(Snapshot::tags)
            .build();

    private final SnapshotStore store;
    private final Pages pages;

    SnapshotQueries(SnapshotStore store, Pages pages) {
        this.store = store;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2, "DescribeSnapshots", DescribeSnapshotsRequest::builder, this::describe);
    }

    DescribeSnapshotsResponse describe(RequestContext context, DescribeSnapshotsRequest request) {
        var ids = request.snapshotIds();
        ids.forEach(id -> SnapshotActions.id(id, "SnapshotId"));
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        var account = context.account();
        requireAll(account, ids);
        var wanted = ids.isEmpty() ? selection.exactly(SNAPSHOT_ID).orElse(null) : ids;
        var found = pages.read(
                page,
                (after, limit) -> store.visible(account, wanted, after, limit),
                selection
                        .and(ownedBy(account, request.ownerIds()))
                        .and(restorableBy(account, request.restorableByUserIds())),
                snapshot -> snapshot.id().value());
        return DescribeSnapshotsResponse.builder()
                .snapshots(found.map(SnapshotAnswers::snapshot))
                .nextToken(found.nextToken())
                .build();
    }

    private void requireAll(AccountId account, List<String> ids) {
        var known = store.visible(account, ids, null, Math.max(1, ids.size())).stream()
                .map(snapshot -> snapshot.id().value())
                .toList();
        ids.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
            throw SnapshotErrors.notFound(id);
        });
    }

    private static Predicate<Snapshot> ownedBy(AccountId account, List<String> owners) {
        return snapshot -> owners.isEmpty()
                || owners.contains(snapshot.owner().value())
                || (owners.contains(SELF) && snapshot.owner().equals(account));
    }

    /** {@code all} means a public snapshot, {@code self} and ids an owner or one that it is shared with by name. */
    private static Predicate<Snapshot> restorableBy(AccountId account, List<String> users) {
        return snapshot -> users.isEmpty()
                || users.stream().anyMatch(user -> switch (user) {
                    case "all" -> snapshot.sharing().isPublic();
                    case SELF -> isNamed(snapshot, account.value());
                    default -> isNamed(snapshot, user);
                });
    }

    private static boolean isNamed(Snapshot snapshot, String account) {
        return snapshot.owner().value().equals(account)
                || snapshot.sharing().accounts().stream()
                        .anyMatch(each -> each.value().equals(account));
    }
}
