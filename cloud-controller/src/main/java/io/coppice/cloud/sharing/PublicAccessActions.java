package io.coppice.cloud.sharing;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.sharing.PublicAccess.Subject;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.DisableSnapshotBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.DisableSnapshotBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.EnableSnapshotBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableSnapshotBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateResponse;
import software.amazon.awssdk.services.ec2.model.GetSnapshotBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetSnapshotBlockPublicAccessStateResponse;

/** Keeps an account's images and snapshots from the public, and lets them be public again. Thread-safe. */
@ApplicationScoped
class PublicAccessActions implements ActionModule {
    private static final String ACCOUNT = "account";

    private final Database database;
    private final PublicAccess access;
    private final EventLog events;

    PublicAccessActions(Database database, PublicAccess access, EventLog events) {
        this.database = database;
        this.access = access;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "GetImageBlockPublicAccessState",
                GetImageBlockPublicAccessStateRequest::builder,
                this::images);
        registry.add(
                Service.EC2,
                "EnableImageBlockPublicAccess",
                EnableImageBlockPublicAccessRequest::builder,
                this::blockImages);
        registry.add(
                Service.EC2,
                "DisableImageBlockPublicAccess",
                DisableImageBlockPublicAccessRequest::builder,
                this::unblockImages);
        registry.add(
                Service.EC2,
                "GetSnapshotBlockPublicAccessState",
                GetSnapshotBlockPublicAccessStateRequest::builder,
                this::snapshots);
        registry.add(
                Service.EC2,
                "EnableSnapshotBlockPublicAccess",
                EnableSnapshotBlockPublicAccessRequest::builder,
                this::blockSnapshots);
        registry.add(
                Service.EC2,
                "DisableSnapshotBlockPublicAccess",
                DisableSnapshotBlockPublicAccessRequest::builder,
                this::unblockSnapshots);
    }

    GetImageBlockPublicAccessStateResponse images(
            RequestContext context, GetImageBlockPublicAccessStateRequest request) {
        return GetImageBlockPublicAccessStateResponse.builder()
                .imageBlockPublicAccessState(
                        access.mode(context.account(), Subject.IMAGES).text())
                .managedBy(ACCOUNT)
                .build();
    }

    EnableImageBlockPublicAccessResponse blockImages(
            RequestContext context, EnableImageBlockPublicAccessRequest request) {
        var mode = wanted(
                "ImageBlockPublicAccessState",
                request.imageBlockPublicAccessStateAsString(),
                Set.of(PublicAccessMode.BLOCK_NEW_SHARING));
        choose(context, Subject.IMAGES, mode);
        return EnableImageBlockPublicAccessResponse.builder()
                .imageBlockPublicAccessState(mode.text())
                .build();
    }

    DisableImageBlockPublicAccessResponse unblockImages(
            RequestContext context, DisableImageBlockPublicAccessRequest request) {
        choose(context, Subject.IMAGES, PublicAccessMode.UNBLOCKED);
        return DisableImageBlockPublicAccessResponse.builder()
                .imageBlockPublicAccessState(PublicAccessMode.UNBLOCKED.text())
                .build();
    }

    GetSnapshotBlockPublicAccessStateResponse snapshots(
            RequestContext context, GetSnapshotBlockPublicAccessStateRequest request) {
        return GetSnapshotBlockPublicAccessStateResponse.builder()
                .state(access.mode(context.account(), Subject.SNAPSHOTS).text())
                .managedBy(ACCOUNT)
                .build();
    }

    EnableSnapshotBlockPublicAccessResponse blockSnapshots(
            RequestContext context, EnableSnapshotBlockPublicAccessRequest request) {
        var mode = wanted(
                "State",
                request.stateAsString(),
                Set.of(PublicAccessMode.BLOCK_NEW_SHARING, PublicAccessMode.BLOCK_ALL_SHARING));
        choose(context, Subject.SNAPSHOTS, mode);
        return EnableSnapshotBlockPublicAccessResponse.builder()
                .state(mode.text())
                .build();
    }

    DisableSnapshotBlockPublicAccessResponse unblockSnapshots(
            RequestContext context, DisableSnapshotBlockPublicAccessRequest request) {
        choose(context, Subject.SNAPSHOTS, PublicAccessMode.UNBLOCKED);
        return DisableSnapshotBlockPublicAccessResponse.builder()
                .state(PublicAccessMode.UNBLOCKED.text())
                .build();
    }

    private static PublicAccessMode wanted(String parameter, @Nullable String text, Set<PublicAccessMode> allowed) {
        if (text == null || text.isEmpty()) {
            throw AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
        }
        return PublicAccessMode.of(text)
                .filter(allowed::contains)
                .orElseThrow(() -> AwsException.client(
                        "InvalidParameterValue",
                        "Invalid value '" + text + "' for parameter " + parameter + ": expecting "
                                + String.join(
                                        " or ",
                                        allowed.stream()
                                                .map(PublicAccessMode::text)
                                                .sorted()
                                                .toList())));
    }

    private void choose(RequestContext context, Subject subject, PublicAccessMode mode) {
        var setting = subject == Subject.IMAGES ? "image-public-access" : "snapshot-public-access";
        database.run(entities -> {
            access.choose(entities, context.account(), subject, mode);
            events.append(
                    new ChangeCause(
                            context.action(),
                            context.caller().arn(),
                            context.requestId(),
                            "A user changed what may be public"),
                    "account.setting-changed",
                    context.account().value(),
                    context.account(),
                    Map.of("setting", setting, "value", mode.text()));
        });
    }
}
