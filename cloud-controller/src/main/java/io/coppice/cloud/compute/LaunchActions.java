package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.ResolvedRequest;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.FilledTemplate;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.instanceprofile.InstanceProfiles;
import io.coppice.cloud.launchtemplate.LaunchTemplates;
import io.coppice.cloud.placement.PlacementGroups;
import io.coppice.cloud.placement.PlacementGroups.Group;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.GetLaunchTemplateDataRequest;
import software.amazon.awssdk.services.ec2.model.GetLaunchTemplateDataResponse;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateTagSpecification;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * RunInstances from the door on: fills in the launch template, finds the instance profile, launches; and its reverse,
 * GetLaunchTemplateData. Thread-safe.
 */
@ApplicationScoped
class LaunchActions implements ActionModule {
    private final ComputeActions compute;
    private final LaunchTemplates templates;
    private final InstanceProfiles profiles;
    private final PlacementGroups groups;
    private final Database database;
    private final Tags tags;

    LaunchActions(
            ComputeActions compute,
            LaunchTemplates templates,
            InstanceProfiles profiles,
            PlacementGroups groups,
            Database database,
            Tags tags) {
        this.compute = compute;
        this.templates = templates;
        this.profiles = profiles;
        this.groups = groups;
        this.database = database;
        this.tags = tags;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.addResolved(Service.EC2, "RunInstances", RunInstancesRequest::builder, this::resolve, this::run);
        registry.add(Service.EC2, "GetLaunchTemplateData", GetLaunchTemplateDataRequest::builder, this::templateOf);
    }

    /** A launch with what its template fills in: policies are asked about that, once. */
    private Wanted resolve(AccountId account, RunInstancesRequest original) {
        return new Wanted(original, templates.resolve(account, original));
    }

    /** A RunInstances request as it came, and what it comes to. */
    record Wanted(RunInstancesRequest original, LaunchTemplates.Resolved resolved) implements ResolvedRequest {
        @Override
        public SdkPojo whole() {
            return resolved.request();
        }

        @Override
        public Optional<FilledTemplate> template() {
            return resolved.used().map(used -> new FilledTemplate(used.id(), original));
        }
    }

    private RunInstancesResponse run(RequestContext context, Wanted wanted) {
        var request = wanted.resolved().request();
        var profile = ProfileAssociations.find(profiles, context, request.iamInstanceProfile())
                .orElse(null);
        return compute.launcher()
                .run(
                        context,
                        new LaunchRequest(
                                request,
                                wanted.original(),
                                profile,
                                group(context, request),
                                wanted.resolved().used()));
    }

    private @Nullable Group group(RequestContext context, RunInstancesRequest request) {
        var placement = request.placement();
        if (placement == null || (isEmpty(placement.groupName()) && isEmpty(placement.groupId()))) {
            return null;
        }
        return groups.require(context.account(), placement.groupName(), placement.groupId());
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    GetLaunchTemplateDataResponse templateOf(RequestContext context, GetLaunchTemplateDataRequest request) {
        var id = request.instanceId();
        if (id == null || id.isEmpty()) {
            throw InstanceErrors.missing("InstanceId");
        }
        return database.call(entities -> {
            var row = InstanceRows.one(entities, context.account(), id);
            var rowTags = tags.of(context.account(), List.of(row.id)).getOrDefault(row.id, Map.of());
            return GetLaunchTemplateDataResponse.builder()
                    .launchTemplateData(data(row, rowTags))
                    .build();
        });
    }

    private static ResponseLaunchTemplateData data(Instance row, Map<String, String> tags) {
        var data = ResponseLaunchTemplateData.builder()
                .imageId(row.image.id())
                .instanceType(row.machine.type())
                .keyName(row.keyName.isEmpty() ? null : row.keyName)
                .userData(row.userData.length == 0 ? null : Base64.getEncoder().encodeToString(row.userData))
                .ebsOptimized(row.options.ebsOptimized())
                .disableApiTermination(row.options.terminationDisabled())
                .disableApiStop(row.options.stopDisabled())
                .instanceInitiatedShutdownBehavior(
                        row.options.shutdownBehavior().awsName())
                .monitoring(monitoring -> monitoring.enabled(row.options.monitoring()))
                .placement(placement -> placement.availabilityZone(row.zone).tenancy(row.options.tenancy()))
                .metadataOptions(metadata -> metadata.httpTokens(row.metadata.tokenRequired() ? "required" : "optional")
                        .httpPutResponseHopLimit(row.metadata.hopLimit())
                        .httpEndpoint(row.metadata.enabled() ? "enabled" : "disabled")
                        .httpProtocolIpv6(row.metadata.ipv6() ? "enabled" : "disabled")
                        .instanceMetadataTags(row.metadata.tags() ? "enabled" : "disabled"))
                .networkInterfaces(network -> network.deviceIndex(0)
                        .subnetId(row.network.subnetId())
                        .groups(row.network.securityGroupId())
                        .deleteOnTermination(true));
        var profile = row.profile;
        if (profile != null) {
            data.iamInstanceProfile(each -> each.arn(profile.arn()));
        }
        if (!tags.isEmpty()) {
            data.tagSpecifications(specification(tags));
        }
        return data.build();
    }

    private static LaunchTemplateTagSpecification specification(Map<String, String> tags) {
        return LaunchTemplateTagSpecification.builder()
                .resourceType("instance")
                .tags(tags.entrySet().stream()
                        .map(tag -> Tag.builder()
                                .key(tag.getKey())
                                .value(tag.getValue())
                                .build())
                        .toList())
                .build();
    }
}
