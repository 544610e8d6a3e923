package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.sharing.PublicAccess;
import io.coppice.cloud.sharing.SharingChange;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.ResetSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetSnapshotAttributeResponse;

/** Who may make volumes from a snapshot: the actions on its one attribute that can change. Thread-safe. */
@ApplicationScoped
class SnapshotAttributeActions implements ActionModule {
    private static final String CREATE_VOLUME_PERMISSION = "createVolumePermission";
    private static final String ATTRIBUTE = "attribute";
    private static final int MAX_ACCOUNTS = 1000;

    private final Database database;
    private final SnapshotStore store;
    private final PublicAccess access;
    private final EventLog events;

    SnapshotAttributeActions(Database database, SnapshotStore store, PublicAccess access, EventLog events) {
        this.access = access;
        this.database = database;
        this.store = store;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeSnapshotAttribute",
                DescribeSnapshotAttributeRequest::builder,
                this::describe);
        registry.add(
                ActionRegistry.Service.EC2,
                "ModifySnapshotAttribute",
                ModifySnapshotAttributeRequest::builder,
                this::modify);
        registry.add(
                ActionRegistry.Service.EC2,
                "ResetSnapshotAttribute",
                ResetSnapshotAttributeRequest::builder,
                this::reset);
    }

    DescribeSnapshotAttributeResponse describe(RequestContext context, DescribeSnapshotAttributeRequest request) {
        var snapshot = own(context, request.snapshotId());
        var answer = DescribeSnapshotAttributeResponse.builder()
                .snapshotId(snapshot.id().value());
        switch (String.valueOf(request.attributeAsString())) {
            case CREATE_VOLUME_PERMISSION -> answer.createVolumePermissions(permissions(snapshot.sharing()));
            case "productCodes" -> answer.productCodes(List.of());
            case "null" -> throw VolumeErrors.missing("Attribute");
            default -> throw VolumeErrors.invalid(ATTRIBUTE, request.attributeAsString());
        }
        return answer.build();
    }

    private static List<CreateVolumePermission> permissions(Snapshot.Sharing sharing) {
        var permissions = new ArrayList<CreateVolumePermission>();
        if (sharing.isPublic()) {
            permissions.add(
                    CreateVolumePermission.builder().group(PermissionGroup.ALL).build());
        }
        sharing.accounts().stream()
                .map(AccountId::value)
                .sorted()
                .forEach(account -> permissions.add(
                        CreateVolumePermission.builder().userId(account).build()));
        return permissions;
    }

    ModifySnapshotAttributeResponse modify(RequestContext context, ModifySnapshotAttributeRequest request) {
        var snapshot = own(context, request.snapshotId());
        var change = new SharingChange(
                snapshot.sharing().isPublic(), snapshot.sharing().accounts());
        var permission = request.createVolumePermission();
        if (permission != null) {
            permission.add().forEach(each -> change.set(each.groupAsString(), each.userId(), true));
            permission.remove().forEach(each -> change.set(each.groupAsString(), each.userId(), false));
        } else {
            oldForm(request, change);
        }
        change.checkAtMost(MAX_ACCOUNTS, "CreateVolumePermission");
        if (snapshot.encrypted() && (change.everybody() || !change.accounts().isEmpty())) {
            throw EncryptionErrors.snapshotNotShared();
        }
        share(context, snapshot, new Snapshot.Sharing(change.everybody(), change.accounts()));
        return ModifySnapshotAttributeResponse.builder().build();
    }

    /** Attribute=createVolumePermission with OperationType, UserId.N and UserGroup.N. */
    private static void oldForm(ModifySnapshotAttributeRequest request, SharingChange change) {
        requirePermission(request.attributeAsString());
        var add = SharingChange.adds(request.operationTypeAsString());
        request.groupNames().forEach(group -> change.set(group, null, add));
        request.userIds().forEach(account -> change.set(null, account, add));
    }

    ResetSnapshotAttributeResponse reset(RequestContext context, ResetSnapshotAttributeRequest request) {
        requirePermission(request.attributeAsString());
        share(context, own(context, request.snapshotId()), Snapshot.Sharing.NONE);
        return ResetSnapshotAttributeResponse.builder().build();
    }

    private static void requirePermission(@Nullable String attribute) {
        if (attribute == null) {
            throw VolumeErrors.missing("Attribute");
        }
        if (!attribute.equals(CREATE_VOLUME_PERMISSION)) {
            throw VolumeErrors.invalid(ATTRIBUTE, attribute);
        }
    }

    private Snapshot own(RequestContext context, @Nullable String id) {
        return store.own(context.account(), SnapshotActions.id(id, "SnapshotId"));
    }

    private void share(RequestContext context, Snapshot snapshot, Snapshot.Sharing sharing) {
        database.run(entities -> {
            if (sharing.isPublic() && !snapshot.sharing().isPublic()) {
                access.requireForSnapshots(entities, snapshot.owner());
            }
            if (!store.change(snapshot.id(), row -> row.share(sharing))) {
                throw SnapshotErrors.notFound(snapshot.id().value());
            }
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "Snapshot " + snapshot.id() + " has new permissions"),
                    "snapshot.changed",
                    snapshot.id().value(),
                    snapshot.owner(),
                    Map.of(
                            "public",
                            sharing.isPublic(),
                            "accounts",
                            sharing.accounts().size()));
        });
    }
}
