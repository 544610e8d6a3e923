package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesModificationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesModificationsResponse;
import software.amazon.awssdk.services.ec2.model.EnableVolumeIoRequest;
import software.amazon.awssdk.services.ec2.model.EnableVolumeIoResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeResponse;
import software.amazon.awssdk.services.ec2.model.VolumeModification;

/** The actions that change a volume that is there. Thread-safe. */
@ApplicationScoped
class ModificationActions implements ActionModule {
    private static final String VOLUME_ID = "volume-id";
    private static final PageLimits PAGES = PageLimits.usual("volumesModificationSet");

    private static final Filters<Modification> FILTERS = Filters.<Modification>builder()
            .value("modification-state", Modification::state)
            .value("original-iops", change -> change.original().iops())
            .value("original-size", change -> change.original().sizeGib())
            .value("original-volume-type", change -> change.original().kind().text())
            .value("originalMultiAttachEnabled", change -> change.original().multiAttach())
            .value("start-time", Modification::startedAt)
            .value("target-iops", change -> change.target().iops())
            .value("target-size", change -> change.target().sizeGib())
            .value("target-volume-type", change -> change.target().kind().text())
            .value("targetMultiAttachEnabled", change -> change.target().multiAttach())
            .value(VOLUME_ID, Modification::volumeId)
            .build();

    private final Database database;
    private final VolumeStore store;
    private final VolumeShapes shapes;
    private final VolumeKeeper keeper;
    private final Pages pages;
    private final Clock clock;

    ModificationActions(
            Database database, VolumeStore store, VolumeShapes shapes, VolumeKeeper keeper, Pages pages, Clock clock) {
        this.database = database;
        this.store = store;
        this.shapes = shapes;
        this.keeper = keeper;
        this.pages = pages;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "ModifyVolume", ModifyVolumeRequest::builder, this::modify);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeVolumesModifications",
                DescribeVolumesModificationsRequest::builder,
                this::describe);
        registry.add(
                ActionRegistry.Service.EC2,
                "ModifyVolumeAttribute",
                ModifyVolumeAttributeRequest::builder,
                this::modifyAttribute);
        registry.add(ActionRegistry.Service.EC2, "EnableVolumeIO", EnableVolumeIoRequest::builder, this::enableIo);
    }

    ModifyVolumeResponse modify(RequestContext context, ModifyVolumeRequest request) {
        var volume = own(context, request.volumeId());
        var answer = database.call(entities -> {
            var row = entities.find(VolumeRow.class, volume.id().value(), LockModeType.PESSIMISTIC_WRITE);
            if (row == null || !row.is(VolumeState.AVAILABLE) && !row.is(VolumeState.IN_USE)) {
                throw VolumeErrors.notAvailable(volume.id().value());
            }
            var before = entities.find(ModificationRow.class, row.id());
            if (before != null && before.underWay()) {
                throw VolumeErrors.modificationUnderWay(row.id());
            }
            var present = row.shape();
            var target = shapes.changed(present, request);
            if (present.multiAttach() && !target.multiAttach() && store.isShared(entities, row.id())) {
                throw VolumeErrors.stillShared(row.id());
            }
            if (present.multiAttach() != target.multiAttach() && store.isDirect(entities, row.id())) {
                throw VolumeErrors.openedByItsHost(row.id());
            }
            var made = new ModificationRow(
                    row.id(),
                    context.account(),
                    present,
                    target,
                    clock.instant().truncatedTo(ChronoUnit.MILLIS));
            store.checkGrowth(entities, context.account(), target.sizeGib() - present.sizeGib());
            row.reshape(target);
            return answer(entities.merge(made).toModification());
        });
        keeper.signal();
        return ModifyVolumeResponse.builder().volumeModification(answer).build();
    }

    DescribeVolumesModificationsResponse describe(RequestContext context, DescribeVolumesModificationsRequest request) {
        var ids = request.volumeIds();
        ids.forEach(VolumeActions::id);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        if (!ids.isEmpty()) {
            var known = list(context.account(), ids, null, ids.size()).stream()
                    .map(Modification::volumeId)
                    .toList();
            ids.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
                throw VolumeErrors.modificationNotFound(id);
            });
        }
        var wanted = ids.isEmpty() ? selection.exactly(VOLUME_ID).orElse(null) : ids;
        var found = pages.read(
                page,
                (after, limit) -> list(context.account(), wanted, after, limit),
                selection,
                Modification::volumeId);
        return DescribeVolumesModificationsResponse.builder()
                .volumesModifications(found.map(ModificationActions::answer))
                .nextToken(found.nextToken())
                .build();
    }

    private List<Modification> list(
            AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from ModificationRow m where m.accountId = :account"
                                    + (ids == null ? "" : " and m.volumeId in (:ids)")
                                    + (after == null ? "" : " and m.volumeId > :after")
                                    + " order by m.volumeId",
                            ModificationRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            return query.getResultList().stream()
                    .map(ModificationRow::toModification)
                    .toList();
        });
    }

    private static VolumeModification answer(Modification change) {
        return VolumeModification.builder()
                .volumeId(change.volumeId())
                .modificationState(change.state())
                .statusMessage(change.message().isEmpty() ? null : change.message())
                .originalSize(change.original().sizeGib())
                .originalVolumeType(change.original().kind().text())
                .originalIops(change.original().iops())
                .originalMultiAttachEnabled(change.original().multiAttach())
                .targetSize(change.target().sizeGib())
                .targetVolumeType(change.target().kind().text())
                .targetIops(change.target().iops())
                .targetMultiAttachEnabled(change.target().multiAttach())
                .progress(change.progress())
                .startTime(change.startedAt())
                .endTime(change.endedAt())
                .build();
    }

    ModifyVolumeAttributeResponse modifyAttribute(RequestContext context, ModifyVolumeAttributeRequest request) {
        var volume = own(context, request.volumeId());
        var wanted = request.autoEnableIO();
        if (wanted == null || wanted.value() == null) {
            throw VolumeErrors.missing("AutoEnableIO");
        }
        store.change(volume.id(), row -> {
            row.autoEnableIo(wanted.value());
            return true;
        });
        return ModifyVolumeAttributeResponse.builder().build();
    }

    /** Input and output are never switched off here: what a volume holds is never in doubt. */
    EnableVolumeIoResponse enableIo(RequestContext context, EnableVolumeIoRequest request) {
        own(context, request.volumeId());
        return EnableVolumeIoResponse.builder().build();
    }

    private Volume own(RequestContext context, @Nullable String id) {
        var wanted = VolumeActions.id(id).value();
        var found = store.list(context.account(), List.of(wanted), null, 1).stream()
                .findFirst()
                .orElseThrow(() -> VolumeErrors.notFound(wanted));
        if (found.root()) {
            throw VolumeErrors.unsupported("A change of a root disk");
        }
        return found;
    }
}
