package io.coppice.cloud.image;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.sharing.PublicAccess;
import io.coppice.cloud.sharing.SharingChange;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.EncryptionErrors;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeResponse;

/** DescribeImageAttribute, ModifyImageAttribute and ResetImageAttribute: the owner's only. Thread-safe. */
@ApplicationScoped
class ImageAttributeActions implements ActionModule {
    private static final String LAUNCH_PERMISSION = "launchPermission";
    private static final String DESCRIPTION = "description";
    private static final int MAX_LAUNCHERS = 1000;

    private final Database database;
    private final ImageStore store;
    private final PublicAccess access;
    private final EventLog events;
    private final Clock clock;

    ImageAttributeActions(Database database, ImageStore store, PublicAccess access, EventLog events, Clock clock) {
        this.clock = clock;
        this.access = access;
        this.database = database;
        this.store = store;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeImageAttribute",
                DescribeImageAttributeRequest::builder,
                this::describe);
        registry.add(
                ActionRegistry.Service.EC2, "ModifyImageAttribute", ModifyImageAttributeRequest::builder, this::modify);
        registry.add(
                ActionRegistry.Service.EC2, "ResetImageAttribute", ResetImageAttributeRequest::builder, this::reset);
    }

    DescribeImageAttributeResponse describe(RequestContext context, DescribeImageAttributeRequest request) {
        var attribute = request.attributeAsString();
        if (attribute == null) {
            throw ImageErrors.missing("Attribute");
        }
        var image = ImageActions.owned(store, context, request.imageId());
        var answer = DescribeImageAttributeResponse.builder().imageId(image.id().value());
        switch (attribute) {
            case LAUNCH_PERMISSION -> answer.launchPermissions(permissions(image));
            case DESCRIPTION -> answer.description(value(image.description().text()));
            case "blockDeviceMapping" -> answer.blockDeviceMappings(ImageAnswers.disks(image));
            case "bootMode" ->
                answer.bootMode(value(image.description().needs().bootMode().text()));
            case "deregistrationProtection" ->
                answer.deregistrationProtection(value(image.protection().text(clock.instant())));
            case "productCodes" -> answer.productCodes(List.of());
            case "kernel",
                    "ramdisk",
                    "sriovNetSupport",
                    "tpmSupport",
                    "uefiData",
                    "lastLaunchedTime",
                    "imdsSupport" -> {
                // Such an attribute has no value here, and is answered as AWS answers one that is not set.
            }
            default -> throw ImageErrors.invalid("Attribute", attribute, "an attribute of an image");
        }
        return answer.build();
    }

    private static List<LaunchPermission> permissions(Image image) {
        var permissions = new ArrayList<LaunchPermission>();
        if (image.isPublic()) {
            permissions.add(
                    LaunchPermission.builder().group(PermissionGroup.ALL).build());
        }
        image.launchers().stream()
                .map(AccountId::value)
                .sorted()
                .forEach(account -> permissions.add(
                        LaunchPermission.builder().userId(account).build()));
        return permissions;
    }

    private static AttributeValue value(String text) {
        return AttributeValue.builder().value(text).build();
    }

    ModifyImageAttributeResponse modify(RequestContext context, ModifyImageAttributeRequest request) {
        var image = ImageActions.owned(store, context, request.imageId());
        if (request.description() != null) {
            describeAs(context, image, request.description().value());
        } else if (DESCRIPTION.equals(request.attribute())) {
            describeAs(context, image, request.value());
        } else {
            var sharing = new SharingChange(image.isPublic(), image.launchers());
            if (request.launchPermission() != null) {
                request.launchPermission()
                        .add()
                        .forEach(each -> sharing.set(each.groupAsString(), each.userId(), true));
                request.launchPermission()
                        .remove()
                        .forEach(each -> sharing.set(each.groupAsString(), each.userId(), false));
            } else {
                oldForm(request, sharing);
            }
            share(context, image, sharing);
        }
        return ModifyImageAttributeResponse.builder().build();
    }

    /** Attribute=launchPermission with OperationType, UserId.N and UserGroup.N. */
    private static void oldForm(ModifyImageAttributeRequest request, SharingChange sharing) {
        if (!LAUNCH_PERMISSION.equals(request.attribute())) {
            throw request.attribute() == null
                    ? ImageErrors.missing("Attribute")
                    : ImageErrors.invalid("Attribute", request.attribute(), LAUNCH_PERMISSION + " or " + DESCRIPTION);
        }
        var add = SharingChange.adds(request.operationTypeAsString());
        request.userGroups().forEach(group -> sharing.set(group, null, add));
        request.userIds().forEach(account -> sharing.set(null, account, add));
    }

    ResetImageAttributeResponse reset(RequestContext context, ResetImageAttributeRequest request) {
        if (!LAUNCH_PERMISSION.equals(request.attributeAsString())) {
            throw ImageErrors.invalid("Attribute", String.valueOf(request.attributeAsString()), LAUNCH_PERMISSION);
        }
        var image = ImageActions.owned(store, context, request.imageId());
        change(context, image, "is private again", row -> row.share(false, Set.of()));
        return ResetImageAttributeResponse.builder().build();
    }

    private void describeAs(RequestContext context, Image image, @Nullable String text) {
        var checked = ImageNames.checkedText(text);
        change(context, image, "has a new description", row -> row.describe(checked));
    }

    private void share(RequestContext context, Image image, SharingChange sharing) {
        sharing.checkAtMost(MAX_LAUNCHERS, "LaunchPermission");
        var shared = sharing.everybody() || !sharing.accounts().isEmpty();
        if (shared && image.disks().stream().anyMatch(DiskMapping::encrypted)) {
            throw EncryptionErrors.imageNotShared();
        }
        if (shared && image.state() == ImageState.DISABLED) {
            throw ImageErrors.notAvailable(image);
        }
        database.run(entities -> {
            if (sharing.everybody() && !image.isPublic()) {
                access.requireForImages(entities, image.owner());
            }
            change(
                    context,
                    image,
                    "has new launch permissions",
                    row -> row.share(sharing.everybody(), sharing.accounts()));
        });
    }

    private void change(RequestContext context, Image image, String summary, Consumer<ImageRow> change) {
        database.run(entities -> {
            if (!store.change(image.id(), image.state(), change)) {
                throw ImageErrors.notFound(image.id().value());
            }
            events.append(
                    ImageActions.cause(context, "Image " + image.id() + " " + summary),
                    "image.changed",
                    image.id().value(),
                    image.owner(),
                    Map.of("change", summary));
        });
    }
}
