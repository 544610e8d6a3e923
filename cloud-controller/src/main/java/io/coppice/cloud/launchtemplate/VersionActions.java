package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.token.ClientTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateVersionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateVersionsResponseErrorItem;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateVersionsResponseSuccessItem;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;

/** CreateLaunchTemplateVersion and DeleteLaunchTemplateVersions. Thread-safe. */
@ApplicationScoped
class VersionActions implements ActionModule {
    private static final int MAX_DESCRIPTION = 255;
    private static final int MAX_USER_DATA_BYTES = 16 * 1024;
    private static final int MAX_DELETED_AT_ONCE = 200;

    private final Database database;
    private final LaunchTemplateStore store;
    private final ClientTokens tokens;
    private final EventLog events;
    private final LaunchTemplateConfig config;
    private final Clock clock;

    VersionActions(
            Database database,
            LaunchTemplateStore store,
            ClientTokens tokens,
            EventLog events,
            LaunchTemplateConfig config,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.tokens = tokens;
        this.events = events;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2, "CreateLaunchTemplateVersion", CreateLaunchTemplateVersionRequest::builder, this::create);
        registry.add(
                Service.EC2,
                "DeleteLaunchTemplateVersions",
                DeleteLaunchTemplateVersionsRequest::builder,
                this::delete);
    }

    CreateLaunchTemplateVersionResponse create(RequestContext context, CreateLaunchTemplateVersionRequest request) {
        var data = checked(request.launchTemplateData());
        var description = checkedDescription(request.versionDescription());
        var counted = request.toBuilder().clientToken(null).build();
        return database.call(entities -> {
            var template = store.require(
                    entities, context.account(), request.launchTemplateId(), request.launchTemplateName(), true);
            var made = tokens.once(entities, context, request.clientToken(), counted, () -> {
                if (store.countVersions(entities, template.id) >= config.maxVersions()) {
                    throw LaunchTemplateErrors.limitExceeded("versions", config.maxVersions());
                }
                var source = request.sourceVersion();
                var parameters = source == null || source.isEmpty()
                        ? data
                        : TemplateData.over(
                                data, TemplateData.fromText(store.version(entities, template, source).parameters));
                template.lastNumber++;
                template.latestVersion = template.lastNumber;
                entities.persist(new LaunchTemplateVersionRow(
                        new LaunchTemplateVersionRow.Key(template.id, template.latestVersion),
                        description,
                        clock.instant().truncatedTo(ChronoUnit.SECONDS),
                        context.caller().arn(),
                        TemplateData.toText(parameters)));
                LaunchTemplateActions.record(context, events, "launch-template.version-created", template);
                return String.valueOf(template.latestVersion);
            });
            return CreateLaunchTemplateVersionResponse.builder()
                    .launchTemplateVersion(LaunchTemplateAnswers.version(
                            template, store.version(entities, template, made.resourceId())))
                    .build();
        });
    }

    DeleteLaunchTemplateVersionsResponse delete(RequestContext context, DeleteLaunchTemplateVersionsRequest request) {
        if (request.versions().isEmpty()) {
            throw LaunchTemplateErrors.missing("LaunchTemplateVersion");
        }
        if (request.versions().size() > MAX_DELETED_AT_ONCE) {
            throw LaunchTemplateErrors.invalid(
                    "launchTemplateVersion",
                    request.versions().size() + " versions",
                    "Expecting at most " + MAX_DELETED_AT_ONCE + ".");
        }
        return database.call(entities -> {
            var template = store.require(
                    entities, context.account(), request.launchTemplateId(), request.launchTemplateName(), true);
            var deleted = new ArrayList<DeleteLaunchTemplateVersionsResponseSuccessItem>();
            var failed = new ArrayList<DeleteLaunchTemplateVersionsResponseErrorItem>();
            for (var version : request.versions()) {
                var number = LaunchTemplateStore.number(template, version);
                var key = new LaunchTemplateVersionRow.Key(template.id, number);
                var row = entities.find(LaunchTemplateVersionRow.class, key);
                if (row == null) {
                    failed.add(failure(
                            template, number, "launchTemplateVersionDoesNotExist", "The version does not exist."));
                } else if (number == template.defaultVersion) {
                    failed.add(failure(
                            template,
                            number,
                            "unexpectedError",
                            "The default version cannot be deleted: set another default first."));
                } else {
                    entities.remove(row);
                    deleted.add(success(template, number));
                }
            }
            entities.flush();
            keepLatest(entities, template);
            LaunchTemplateActions.record(context, events, "launch-template.versions-deleted", template);
            return DeleteLaunchTemplateVersionsResponse.builder()
                    .successfullyDeletedLaunchTemplateVersions(deleted)
                    .unsuccessfullyDeletedLaunchTemplateVersions(failed)
                    .build();
        });
    }

    /** {@code $Latest} is the newest version that is still there; the default one always is. */
    private void keepLatest(EntityManager entities, LaunchTemplateRow template) {
        template.latestVersion = store.versions(entities, template.id, Long.MAX_VALUE, 1)
                .getFirst()
                .key
                .version();
    }

    private static DeleteLaunchTemplateVersionsResponseSuccessItem success(LaunchTemplateRow template, long version) {
        return DeleteLaunchTemplateVersionsResponseSuccessItem.builder()
                .launchTemplateId(template.id)
                .launchTemplateName(template.name)
                .versionNumber(version)
                .build();
    }

    private static DeleteLaunchTemplateVersionsResponseErrorItem failure(
            LaunchTemplateRow template, long version, String code, String message) {
        return DeleteLaunchTemplateVersionsResponseErrorItem.builder()
                .launchTemplateId(template.id)
                .launchTemplateName(template.name)
                .versionNumber(version)
                .responseError(error -> error.code(code).message(message))
                .build();
    }

    /** The parameters, as far as they can be checked before somebody launches with them. */
    static RequestLaunchTemplateData checked(@Nullable RequestLaunchTemplateData data) {
        if (data == null) {
            throw LaunchTemplateErrors.missing("LaunchTemplateData");
        }
        var userData = data.userData();
        if (userData != null) {
            try {
                if (Base64.getMimeDecoder().decode(userData).length > MAX_USER_DATA_BYTES) {
                    throw LaunchTemplateErrors.invalid(
                            "userData", "too long", "User data is limited to 16384 bytes before encoding.");
                }
            } catch (IllegalArgumentException e) {
                throw LaunchTemplateErrors.invalid("userData", "not base64", "Invalid BASE64 encoding of user data.");
            }
        }
        return data;
    }

    static String checkedDescription(@Nullable String description) {
        if (description == null) {
            return "";
        }
        if (description.length() > MAX_DESCRIPTION) {
            throw LaunchTemplateErrors.invalid(
                    "versionDescription", description, "Expecting at most " + MAX_DESCRIPTION + " characters.");
        }
        return description;
    }
}
