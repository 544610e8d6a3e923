package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.policy.Documents;
import io.coppice.cloud.identity.user.UserActions;
import io.coppice.cloud.identity.user.Users;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.model.AssignmentStatusType;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

/** IAM's actions on devices that show codes. Thread-safe. */
@Singleton
public final class MfaActions implements ActionModule {
    private static final int MOST_PER_USER = 8;

    private final IamStore store;
    private final MfaDevices devices;

    /** For the container and for tests. */
    public MfaActions(IamStore store, MfaDevices devices) {
        this.store = store;
        this.devices = devices;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateVirtualMFADevice", CreateVirtualMfaDeviceRequest::builder, this::create);
        registry.add(Service.IAM, "EnableMFADevice", EnableMfaDeviceRequest::builder, this::enable);
        registry.add(Service.IAM, "ResyncMFADevice", ResyncMfaDeviceRequest::builder, this::resync);
        registry.add(Service.IAM, "DeactivateMFADevice", DeactivateMfaDeviceRequest::builder, this::deactivate);
        registry.add(Service.IAM, "DeleteVirtualMFADevice", DeleteVirtualMfaDeviceRequest::builder, this::delete);
        registry.add(Service.IAM, "GetMFADevice", GetMfaDeviceRequest::builder, this::get);
        registry.add(Service.IAM, "ListMFADevices", ListMfaDevicesRequest::builder, this::list);
        registry.add(Service.IAM, "ListVirtualMFADevices", ListVirtualMfaDevicesRequest::builder, this::listVirtual);
    }

    private CreateVirtualMfaDeviceResponse create(RequestContext context, CreateVirtualMfaDeviceRequest request) {
        var name = new EntityName(
                context.account(),
                Require.path(request.path()),
                Require.name(EntityKind.MFA_DEVICE, request.virtualMFADeviceName()));
        return store.change(context.account(), entities -> {
            var row = new MfaDeviceRow(name, store.now());
            var secret = devices.create(entities, row);
            EntityTags.put(entities, row.id(), request.tags());
            var link = "otpauth://totp/" + Documents.encoded("Coppice:" + row.name() + "@" + context.account())
                    + "?secret=" + secret + "&issuer=Coppice";
            return CreateVirtualMfaDeviceResponse.builder()
                    .virtualMFADevice(VirtualMFADevice.builder()
                            .serialNumber(row.arn())
                            .base32StringSeed(SdkBytes.fromUtf8String(secret))
                            .qrCodePNG(SdkBytes.fromByteArray(QrPicture.of(link)))
                            .build())
                    .build();
        });
    }

    private EnableMfaDeviceResponse enable(RequestContext context, EnableMfaDeviceRequest request) {
        store.changeAccess(context.account(), entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            var device = MfaDevices.bySerial(entities, context.account(), request.serialNumber());
            if (device.userId().isPresent()) {
                throw IamErrors.alreadyExists("MFA Device is already in use.");
            }
            if (MfaDevices.of(entities, user.id()).size() >= MOST_PER_USER) {
                throw IamErrors.limitExceeded("MFADevicesPerUser", MOST_PER_USER);
            }
            devices.synchronise(device, request.authenticationCode1(), request.authenticationCode2());
            device.assign(user.id(), store.now());
        });
        return EnableMfaDeviceResponse.builder().build();
    }

    private ResyncMfaDeviceResponse resync(RequestContext context, ResyncMfaDeviceRequest request) {
        store.change(context.account(), entities -> {
            var device = enabled(entities, context, request.userName(), request.serialNumber());
            devices.synchronise(device, request.authenticationCode1(), request.authenticationCode2());
            return device;
        });
        return ResyncMfaDeviceResponse.builder().build();
    }

    private DeactivateMfaDeviceResponse deactivate(RequestContext context, DeactivateMfaDeviceRequest request) {
        store.changeAccess(context.account(), entities -> enabled(
                        entities,
                        context,
                        Users.orCaller(entities, context.caller(), request.userName())
                                .name(),
                        request.serialNumber())
                .release());
        return DeactivateMfaDeviceResponse.builder().build();
    }

    private DeleteVirtualMfaDeviceResponse delete(RequestContext context, DeleteVirtualMfaDeviceRequest request) {
        store.change(context.account(), entities -> {
            var device = MfaDevices.bySerial(entities, context.account(), request.serialNumber());
            if (device.userId().isPresent()) {
                throw IamErrors.deleteConflict("must deactivate MFA device first");
            }
            EntityTags.removeAll(entities, device.id());
            entities.remove(device);
            return true;
        });
        return DeleteVirtualMfaDeviceResponse.builder().build();
    }

    private GetMfaDeviceResponse get(RequestContext context, GetMfaDeviceRequest request) {
        return store.read(entities -> {
            var device = MfaDevices.bySerial(entities, context.account(), request.serialNumber());
            var user = device.userId().flatMap(id -> Users.ROWS.byId(entities, context.account(), id));
            if (request.userName() != null
                    && user.filter(row -> row.name().equals(request.userName())).isEmpty()) {
                throw IamErrors.notFound(EntityKind.MFA_DEVICE, device.arn());
            }
            return GetMfaDeviceResponse.builder()
                    .userName(user.map(UserRow::name).orElse(null))
                    .serialNumber(device.arn())
                    .enableDate(device.enabledAt().orElse(null))
                    .build();
        });
    }

    private ListMfaDevicesResponse list(RequestContext context, ListMfaDevicesRequest request) {
        return store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            var page = store.cut(
                    context,
                    new IamPages.Ask(request.maxItems(), request.marker()),
                    MfaDevices.of(entities, user.id()),
                    MfaDevices.ROWS::sortKey);
            return ListMfaDevicesResponse.builder()
                    .mfaDevices(page.map(device -> MFADevice.builder()
                            .userName(user.name())
                            .serialNumber(device.arn())
                            .enableDate(device.enabledAt().orElse(null))
                            .build()))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private ListVirtualMfaDevicesResponse listVirtual(RequestContext context, ListVirtualMfaDevicesRequest request) {
        var status = request.assignmentStatus() == null ? AssignmentStatusType.ANY : request.assignmentStatus();
        Require.known(
                "assignmentStatus",
                request.assignmentStatusAsString(),
                status,
                AssignmentStatusType.UNKNOWN_TO_SDK_VERSION,
                "Assigned, Unassigned, Any");
        return store.read(entities -> {
            var wanted = MfaDevices.ROWS.all(entities, context.account()).stream()
                    .filter(device -> status == AssignmentStatusType.ANY
                            || device.userId().isPresent() == (status == AssignmentStatusType.ASSIGNED))
                    .toList();
            var page = store.cut(
                    context, new IamPages.Ask(request.maxItems(), request.marker()), wanted, MfaDevices.ROWS::sortKey);
            var users = Users.ROWS.byIds(
                    entities,
                    page.rows().stream()
                            .flatMap(device -> device.userId().stream())
                            .toList());
            return ListVirtualMfaDevicesResponse.builder()
                    .virtualMFADevices(page.map(device -> VirtualMFADevice.builder()
                            .serialNumber(device.arn())
                            .enableDate(device.enabledAt().orElse(null))
                            .user(device.userId()
                                    .map(users::get)
                                    .map(UserActions::brief)
                                    .orElse(null))
                            .build()))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private static MfaDeviceRow enabled(
            EntityManager entities, RequestContext context, @Nullable String userName, @Nullable String serial) {
        var user = Users.ROWS.get(entities, context.account(), userName);
        var device = MfaDevices.bySerial(entities, context.account(), serial);
        if (device.userId().filter(user.id()::equals).isEmpty()) {
            throw IamErrors.noSuchEntity("MFA Device invalid for user.");
        }
        return device;
    }
}
