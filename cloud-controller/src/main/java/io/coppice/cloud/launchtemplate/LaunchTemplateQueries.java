package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.PageRequest;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplateVersionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeLaunchTemplatesResponse;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;
import software.amazon.awssdk.services.ec2.model.Tag;

/** DescribeLaunchTemplates and DescribeLaunchTemplateVersions. Thread-safe. */
@ApplicationScoped
class LaunchTemplateQueries implements ActionModule {
    private static final PageLimits TEMPLATE_PAGES = new PageLimits(1, 200, "launchTemplateIdSet");
    private static final PageLimits VERSION_PAGES = new PageLimits(1, 200, "versions");
    private static final int VERSION_DIGITS = 19;
    private static final String CREATE_TIME = "create-time";

    private static final Filters<LaunchTemplate> TEMPLATES = Filters.<LaunchTemplate>builder()
            .value(CREATE_TIME, LaunchTemplate::createTime)
            .value("launch-template-name", LaunchTemplate::launchTemplateName)
            .value("launch-template-id", LaunchTemplate::launchTemplateId)
            .tags(each -> each.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value)))
            .build();
    private static final Filters<LaunchTemplateVersion> VERSIONS = Filters.<LaunchTemplateVersion>builder()
            .value(CREATE_TIME, LaunchTemplateVersion::createTime)
            .value("is-default-version", LaunchTemplateVersion::defaultVersion)
            .value("ebs-optimized", each -> each.launchTemplateData().ebsOptimized())
            .value("image-id", each -> each.launchTemplateData().imageId())
            .value("instance-type", each -> each.launchTemplateData().instanceTypeAsString())
            .value("kernel-id", each -> each.launchTemplateData().kernelId())
            .value("ram-disk-id", each -> each.launchTemplateData().ramDiskId())
            .value(
                    "http-endpoint",
                    each -> each.launchTemplateData().metadataOptions() == null
                            ? null
                            : each.launchTemplateData().metadataOptions().httpEndpointAsString())
            .value(
                    "http-tokens",
                    each -> each.launchTemplateData().metadataOptions() == null
                            ? null
                            : each.launchTemplateData().metadataOptions().httpTokensAsString())
            .value(
                    "iam-instance-profile",
                    each -> each.launchTemplateData().iamInstanceProfile() == null
                            ? null
                            : each.launchTemplateData().iamInstanceProfile().arn())
            .never("http-protocol-ipv4", "host-resource-group-arn", "license-configuration-arn", "network-card-index")
            .build();

    private final Database database;
    private final LaunchTemplateStore store;
    private final Tags tags;
    private final Pages pages;

    LaunchTemplateQueries(Database database, LaunchTemplateStore store, Tags tags, Pages pages) {
        this.database = database;
        this.store = store;
        this.tags = tags;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "DescribeLaunchTemplates", DescribeLaunchTemplatesRequest::builder, this::templates);
        registry.add(
                Service.EC2,
                "DescribeLaunchTemplateVersions",
                DescribeLaunchTemplateVersionsRequest::builder,
                this::versions);
    }

    DescribeLaunchTemplatesResponse templates(RequestContext context, DescribeLaunchTemplatesRequest request) {
        var named = !request.launchTemplateIds().isEmpty()
                || !request.launchTemplateNames().isEmpty();
        var page = pages.open(context, TEMPLATE_PAGES, request.maxResults(), request.nextToken(), named);
        var selection = TEMPLATES.select(request.filters());
        return database.call(entities -> {
            var wanted = wanted(entities, context, request);
            var found = pages.read(
                    page,
                    (after, limit) -> answers(context, store.list(entities, context.account(), after, limit)),
                    each -> (wanted.isEmpty() || wanted.contains(each.launchTemplateId())) && selection.test(each),
                    LaunchTemplate::launchTemplateId);
            return DescribeLaunchTemplatesResponse.builder()
                    .launchTemplates(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private Set<String> wanted(EntityManager entities, RequestContext context, DescribeLaunchTemplatesRequest request) {
        var ids = new LinkedHashSet<String>();
        for (var id : request.launchTemplateIds()) {
            ids.add(store.require(entities, context.account(), id, null, false).id);
        }
        for (var name : request.launchTemplateNames()) {
            ids.add(store.require(entities, context.account(), null, name, false).id);
        }
        return ids;
    }

    private List<LaunchTemplate> answers(RequestContext context, List<LaunchTemplateRow> rows) {
        var byId = tags.of(context.account(), rows.stream().map(row -> row.id).toList());
        return rows.stream()
                .map(row -> LaunchTemplateAnswers.template(row, byId.get(row.id)))
                .toList();
    }

    DescribeLaunchTemplateVersionsResponse versions(
            RequestContext context, DescribeLaunchTemplateVersionsRequest request) {
        var page = pages.open(
                context,
                VERSION_PAGES,
                request.maxResults(),
                request.nextToken(),
                !request.versions().isEmpty());
        var selection = VERSIONS.select(request.filters());
        return database.call(entities -> {
            var unnamed = request.launchTemplateId() == null && request.launchTemplateName() == null;
            if (unnamed) {
                var rows = ofAllTemplates(entities, context, request.versions());
                var found = pages.cut(page, rows, selection, LaunchTemplateVersion::launchTemplateId);
                return answer(found.rows(), found.nextToken());
            }
            var template = store.require(
                    entities, context.account(), request.launchTemplateId(), request.launchTemplateName(), false);
            if (!request.versions().isEmpty()) {
                return answer(
                        chosen(entities, template, request.versions()).stream()
                                .filter(selection)
                                .toList(),
                        null);
            }
            return range(entities, template, page, request, selection);
        });
    }

    /** Newest first, so pages are cut by the distance from the greatest number. */
    private DescribeLaunchTemplateVersionsResponse range(
            EntityManager entities,
            LaunchTemplateRow template,
            PageRequest page,
            DescribeLaunchTemplateVersionsRequest request,
            Predicate<LaunchTemplateVersion> selection) {
        var least = bound(template, request.minVersion(), 1);
        var most = bound(template, request.maxVersion(), template.latestVersion);
        var found = pages.read(
                page,
                (after, limit) -> store
                        .versions(
                                entities,
                                template.id,
                                after == null ? most + 1 : Long.MAX_VALUE - Long.parseLong(after),
                                limit)
                        .stream()
                        .map(row -> LaunchTemplateAnswers.version(template, row))
                        .toList(),
                each -> each.versionNumber() >= least && selection.test(each),
                each -> String.format("%0" + VERSION_DIGITS + "d", Long.MAX_VALUE - each.versionNumber()));
        return answer(found.rows(), found.nextToken());
    }

    private static long bound(LaunchTemplateRow template, @Nullable String version, long usual) {
        return version == null || version.isEmpty() ? usual : LaunchTemplateStore.number(template, version);
    }

    private List<LaunchTemplateVersion> chosen(
            EntityManager entities, LaunchTemplateRow template, List<String> versions) {
        var numbers = new LinkedHashSet<Long>();
        versions.forEach(version -> numbers.add(LaunchTemplateStore.number(template, version)));
        var found = new ArrayList<LaunchTemplateVersion>();
        for (var number : numbers) {
            found.add(
                    LaunchTemplateAnswers.version(template, store.version(entities, template, String.valueOf(number))));
        }
        return found;
    }

    /** Without a template only the aliases can be asked for, of all templates. */
    private List<LaunchTemplateVersion> ofAllTemplates(
            EntityManager entities, RequestContext context, List<String> versions) {
        if (versions.isEmpty() || !versions.stream().allMatch(LaunchTemplateStore::isAlias)) {
            throw LaunchTemplateErrors.idOrName();
        }
        return store.list(entities, context.account(), null, Integer.MAX_VALUE).stream()
                .flatMap(template -> chosen(entities, template, versions).stream())
                .toList();
    }

    private static DescribeLaunchTemplateVersionsResponse answer(
            List<LaunchTemplateVersion> versions, @Nullable String nextToken) {
        return DescribeLaunchTemplateVersionsResponse.builder()
                .launchTemplateVersions(versions)
                .nextToken(nextToken)
                .build();
    }
}
