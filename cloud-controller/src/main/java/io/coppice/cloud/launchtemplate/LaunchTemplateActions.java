package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.token.ClientTokens;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.CreateLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.DeleteLaunchTemplateResponse;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateRequest;
import software.amazon.awssdk.services.ec2.model.ModifyLaunchTemplateResponse;

/** CreateLaunchTemplate, ModifyLaunchTemplate and DeleteLaunchTemplate. Thread-safe. */
@ApplicationScoped
class LaunchTemplateActions implements ActionModule {
    static final String RESOURCE_TYPE = "launch-template";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9().\\-/_]{3,128}");

    private final Database database;
    private final LaunchTemplateStore store;
    private final Tags tags;
    private final ClientTokens tokens;
    private final EventLog events;
    private final LaunchTemplateConfig config;
    private final Clock clock;

    LaunchTemplateActions(
            Database database,
            LaunchTemplateStore store,
            Tags tags,
            ClientTokens tokens,
            EventLog events,
            LaunchTemplateConfig config,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.tags = tags;
        this.tokens = tokens;
        this.events = events;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "CreateLaunchTemplate", CreateLaunchTemplateRequest::builder, this::create);
        registry.add(Service.EC2, "ModifyLaunchTemplate", ModifyLaunchTemplateRequest::builder, this::modify);
        registry.add(Service.EC2, "DeleteLaunchTemplate", DeleteLaunchTemplateRequest::builder, this::delete);
    }

    CreateLaunchTemplateResponse create(RequestContext context, CreateLaunchTemplateRequest request) {
        var name = checkedName(request.launchTemplateName());
        var data = VersionActions.checked(request.launchTemplateData());
        var description = VersionActions.checkedDescription(request.versionDescription());
        var wanted = TagRules.of(request.tagSpecifications(), RESOURCE_TYPE);
        var counted = request.toBuilder().clientToken(null).build();
        return database.call(entities -> {
            var made = tokens.once(entities, context, request.clientToken(), counted, () -> {
                if (store.countToAdd(entities, context.account()) >= config.maxPerAccount()) {
                    throw LaunchTemplateErrors.limitExceeded("launch templates", config.maxPerAccount());
                }
                if (store.named(entities, context.account(), name).isPresent()) {
                    throw LaunchTemplateErrors.nameTaken(name);
                }
                var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
                var row = new LaunchTemplateRow(
                        LaunchTemplateId.random().value(),
                        context.account().value(),
                        name,
                        now,
                        context.caller().arn());
                entities.persist(row);
                entities.flush();
                entities.persist(new LaunchTemplateVersionRow(
                        new LaunchTemplateVersionRow.Key(row.id, 1),
                        description,
                        now,
                        context.caller().arn(),
                        TemplateData.toText(data)));
                tags.put(context.account(), row.id, RESOURCE_TYPE, wanted);
                record(context, events, "launch-template.created", row);
                return row.id;
            });
            var row = store.require(entities, context.account(), made.resourceId(), null, false);
            return CreateLaunchTemplateResponse.builder()
                    .launchTemplate(LaunchTemplateAnswers.template(row, wanted))
                    .build();
        });
    }

    ModifyLaunchTemplateResponse modify(RequestContext context, ModifyLaunchTemplateRequest request) {
        if (request.defaultVersion() == null) {
            throw LaunchTemplateErrors.missing("SetDefaultVersion");
        }
        var counted = request.toBuilder().clientToken(null).build();
        return database.call(entities -> {
            var row = store.require(
                    entities, context.account(), request.launchTemplateId(), request.launchTemplateName(), true);
            tokens.once(entities, context, request.clientToken(), counted, () -> {
                row.defaultVersion = store.version(entities, row, request.defaultVersion())
                        .key
                        .version();
                record(context, events, "launch-template.modified", row);
                return row.id;
            });
            return ModifyLaunchTemplateResponse.builder()
                    .launchTemplate(LaunchTemplateAnswers.template(row, tagsOf(context, row)))
                    .build();
        });
    }

    DeleteLaunchTemplateResponse delete(RequestContext context, DeleteLaunchTemplateRequest request) {
        return database.call(entities -> {
            var row = store.require(
                    entities, context.account(), request.launchTemplateId(), request.launchTemplateName(), true);
            var answer = LaunchTemplateAnswers.template(row, tagsOf(context, row));
            // The database removes the versions with it.
            entities.remove(row);
            tags.removeAll(context.account(), row.id);
            record(context, events, "launch-template.deleted", row);
            return DeleteLaunchTemplateResponse.builder().launchTemplate(answer).build();
        });
    }

    private Map<String, String> tagsOf(RequestContext context, LaunchTemplateRow row) {
        return tags.of(context.account(), List.of(row.id)).getOrDefault(row.id, Map.of());
    }

    static void record(RequestContext context, EventLog events, String kind, LaunchTemplateRow row) {
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        context.action() + " of launch template " + row.name),
                kind,
                row.id,
                context.account(),
                Map.of("name", row.name, "default", row.defaultVersion, "latest", row.latestVersion));
    }

    private static String checkedName(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw LaunchTemplateErrors.missing("LaunchTemplateName");
        }
        if (!NAME.matcher(name).matches()) {
            throw LaunchTemplateErrors.malformedName(name);
        }
        return name;
    }
}
