package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.network.NetworkErrors;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DestinationOptionsRequest;

/**
 * What a request wants recorded of each of its resources, checked.
 *
 * @param maxAggregationSeconds 60 or 600
 */
record WantedFlowLog(
        FlowLogResource.Type resourceType,
        List<String> resourceIds,
        TrafficType trafficType,
        LogDestination destination,
        LogFormat format,
        int maxAggregationSeconds) {
    private static final int MOST_RESOURCES = 1_000;
    private static final int STANDARD_AGGREGATION = 600;
    private static final Set<Integer> AGGREGATIONS = Set.of(60, STANDARD_AGGREGATION);
    private static final String S3 = "s3";

    WantedFlowLog {
        resourceIds = List.copyOf(resourceIds);
    }

    /** Reads a request; throws what AWS answers to one that cannot be. */
    static WantedFlowLog of(CreateFlowLogsRequest request) {
        var type = resourceType(request);
        var ids = request.resourceIds().stream().distinct().toList();
        if (ids.isEmpty()) {
            throw NetworkErrors.missing("ResourceIds");
        }
        if (ids.size() > MOST_RESOURCES) {
            throw FlowLogErrors.invalid("A request names at most " + MOST_RESOURCES + " resources.");
        }
        ids.forEach(type.kind()::check);
        var traffic = traffic(request.trafficTypeAsString());
        checkDestination(request);
        checkOptions(request.destinationOptions());
        var aggregation =
                request.maxAggregationInterval() == null ? STANDARD_AGGREGATION : request.maxAggregationInterval();
        if (!AGGREGATIONS.contains(aggregation)) {
            throw FlowLogErrors.invalid(
                    "Invalid Flow Log Max Aggregation Interval: " + aggregation + ", expecting 60 or 600.");
        }
        return new WantedFlowLog(
                type,
                ids,
                traffic,
                LogDestination.parse(destination(request)),
                LogFormat.parse(request.logFormat()),
                aggregation);
    }

    private static FlowLogResource.Type resourceType(CreateFlowLogsRequest request) {
        var given = NetworkErrors.required(request.resourceTypeAsString(), "ResourceType");
        return FlowLogResource.Type.named(given)
                .orElseThrow(() -> FlowLogErrors.invalid(
                        "ResourceType " + given + " is not known here: expecting VPC, Subnet or NetworkInterface."));
    }

    private static TrafficType traffic(@Nullable String given) {
        var name = NetworkErrors.required(given, "TrafficType");
        return Arrays.stream(TrafficType.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> FlowLogErrors.invalid("TrafficType is ACCEPT, REJECT or ALL."));
    }

    private static void checkDestination(CreateFlowLogsRequest request) {
        var type = request.logDestinationTypeAsString();
        if (!S3.equals(type)) {
            throw NetworkErrors.unsupported("Flow logs of this cloud go to S3: LogDestinationType s3. There is no "
                    + (type == null ? "cloud-watch-logs" : type) + " here.");
        }
        if (request.logGroupName() != null) {
            throw FlowLogErrors.invalid("LogDestinationType must be cloud-watch-logs if LogGroupName is provided.");
        }
        if (request.deliverLogsPermissionArn() != null || request.deliverCrossAccountRole() != null) {
            throw FlowLogErrors.invalid(
                    "LogDestinationType s3 takes neither DeliverLogsPermissionArn nor DeliverCrossAccountRole.");
        }
    }

    private static String destination(CreateFlowLogsRequest request) {
        if (request.logDestination() == null || request.logDestination().isEmpty()) {
            throw FlowLogErrors.invalid("LogDestination can't be empty if LogDestinationType is s3.");
        }
        return request.logDestination();
    }

    private static void checkOptions(@Nullable DestinationOptionsRequest options) {
        if (options != null
                && ("parquet".equals(options.fileFormatAsString())
                        || Boolean.TRUE.equals(options.hiveCompatiblePartitions())
                        || Boolean.TRUE.equals(options.perHourPartition()))) {
            throw NetworkErrors.unsupported("Flow logs of this cloud are plain text, by day.");
        }
    }
}
