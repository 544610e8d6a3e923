package io.coppice.cloud.launchtemplate;

import io.coppice.wire.query.QueryLimits;
import io.coppice.wire.query.QueryParameters;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.RequestReader;
import io.coppice.wire.query.RequestWriter;
import io.coppice.wire.query.Structures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateSpecification;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * The parameters in a launch template, between the forms they have: text in the database, the SDK's class for requests, its
 * class for answers, and a launch. Pure, thread-safe.
 */
final class TemplateData {
    private static final RequestReader READER = new RequestReader(QueryService.EC2, QueryLimits.DEFAULT);

    private TemplateData() {}

    static String toText(RequestLaunchTemplateData data) {
        return RequestWriter.write(data);
    }

    static RequestLaunchTemplateData fromText(String text) {
        return (RequestLaunchTemplateData)
                READER.read(QueryParameters.parse(QueryLimits.DEFAULT, text), RequestLaunchTemplateData.builder());
    }

    static ResponseLaunchTemplateData answer(RequestLaunchTemplateData data) {
        return (ResponseLaunchTemplateData) Structures.copy(data, ResponseLaunchTemplateData.builder());
    }

    /** A version made from another one: what the new one says counts. */
    static RequestLaunchTemplateData over(RequestLaunchTemplateData given, RequestLaunchTemplateData source) {
        return (RequestLaunchTemplateData) Structures.merge(given, source, RequestLaunchTemplateData.builder());
    }

    /** The launch: what the request says counts; devices are merged by name and tags by kind and key. */
    static RunInstancesRequest launch(RunInstancesRequest request, RequestLaunchTemplateData template) {
        var lower = (RunInstancesRequest) Structures.copy(template, RunInstancesRequest.builder());
        var merged =
                ((RunInstancesRequest) Structures.merge(request, lower, RunInstancesRequest.builder())).toBuilder();
        if (request.hasBlockDeviceMappings() && lower.hasBlockDeviceMappings()) {
            merged.blockDeviceMappings(byKey(
                    lower.blockDeviceMappings(),
                    request.blockDeviceMappings(),
                    mapping -> Optional.ofNullable(mapping.deviceName()).orElse(""),
                    (below, above) ->
                            (BlockDeviceMapping) Structures.merge(above, below, BlockDeviceMapping.builder())));
        }
        if (request.hasTagSpecifications() && lower.hasTagSpecifications()) {
            merged.tagSpecifications(byKey(
                    lower.tagSpecifications(),
                    request.tagSpecifications(),
                    specification -> String.valueOf(specification.resourceTypeAsString()),
                    TemplateData::tags));
        }
        if (request.hasSecurityGroupIds() || request.hasSecurityGroups()) {
            merged.securityGroupIds(request.securityGroupIds()).securityGroups(request.securityGroups());
        }
        return merged.launchTemplate((LaunchTemplateSpecification) null).build();
    }

    private static TagSpecification tags(TagSpecification below, TagSpecification above) {
        return above.toBuilder()
                .tags(byKey(below.tags(), above.tags(), tag -> String.valueOf(tag.key()), (lower, upper) -> upper))
                .build();
    }

    private static <T> List<T> byKey(List<T> lower, List<T> upper, Function<T, String> key, BinaryOperator<T> merge) {
        var all = new LinkedHashMap<String, T>();
        lower.forEach(each -> all.put(key.apply(each), each));
        upper.forEach(each -> all.merge(key.apply(each), each, merge));
        return new ArrayList<>(all.values());
    }
}
