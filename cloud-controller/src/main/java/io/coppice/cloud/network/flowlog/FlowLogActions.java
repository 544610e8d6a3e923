package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.tag.TagRules;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.FlowLog;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.UnsuccessfulItem;

/**
 * CreateFlowLogs, DeleteFlowLogs and DescribeFlowLogs. Of several resources those that cannot be recorded are named in the answer; of a
 * single one the request fails. Thread-safe.
 */
@ApplicationScoped
class FlowLogActions implements ActionModule {
    private static final String S3 = "s3";
    private static final String ACTIVE = "ACTIVE";
    private static final NetworkLedger.Listing<FlowLog> LOGS = new NetworkLedger.Listing<>(
            NetworkKind.FLOW_LOG,
            FlowLog::flowLogId,
            Filters.<FlowLog>builder()
                    .value("deliver-log-status", FlowLog::deliverLogsStatus)
                    .value("log-destination-type", FlowLog::logDestinationTypeAsString)
                    .value("flow-log-id", FlowLog::flowLogId)
                    .value("log-group-name", FlowLog::logGroupName)
                    .value("resource-id", FlowLog::resourceId)
                    .value("traffic-type", FlowLog::trafficTypeAsString)
                    .tags(log -> NetworkLedger.asMap(log.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final FlowLogs logs;
    private final VpcGenerations generations;

    FlowLogActions(NetworkLedger ledger, FlowLogs logs, VpcGenerations generations) {
        this.ledger = ledger;
        this.logs = logs;
        this.generations = generations;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateFlowLogs", CreateFlowLogsRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteFlowLogs", DeleteFlowLogsRequest::builder, this::delete);
        registry.add(Service.EC2, "DescribeFlowLogs", DescribeFlowLogsRequest::builder, this::describe);
    }

    CreateFlowLogsResponse create(RequestContext context, CreateFlowLogsRequest request) {
        var wanted = WantedFlowLog.of(request);
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.FLOW_LOG.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var failures = new ArrayList<UnsuccessfulItem>();
            var creation = ledger.once(
                    entities,
                    context,
                    request.clientToken(),
                    counted,
                    () -> make(entities, context, wanted, tags, failures));
            return CreateFlowLogsResponse.builder()
                    .clientToken(request.clientToken())
                    .flowLogIds(logs.created(entities, context.account(), creation).stream()
                            .map(row -> row.id)
                            .toList())
                    .unsuccessful(failures)
                    .build();
        });
    }

    /** Makes them and gives what they have in common. */
    private String make(
            EntityManager entities,
            RequestContext context,
            WantedFlowLog wanted,
            Map<String, String> tags,
            List<UnsuccessfulItem> failures) {
        var creation = NetworkKind.FLOW_LOG.newId();
        var resources = changed(entities, context, wanted);
        for (var id : wanted.resourceIds()) {
            try {
                var resource = Optional.ofNullable(resources.get(id))
                        .orElseThrow(() -> wanted.resourceType().kind().notFound(id));
                var row = logs.make(entities, context.account(), creation, resource, wanted);
                ledger.made(context, NetworkKind.FLOW_LOG, row.id, tags, Map.of("resource", id));
            } catch (AwsException e) {
                if (wanted.resourceIds().size() == 1) {
                    throw e;
                }
                failures.add(UnsuccessfulItem.builder()
                        .resourceId(id)
                        .error(error -> error.code(e.code()).message(e.getMessage()))
                        .build());
            }
        }
        return creation;
    }

    /** The resources, with their VPCs locked: what went until then is not among them. */
    private Map<String, FlowLogResource> changed(EntityManager entities, RequestContext context, WantedFlowLog wanted) {
        var account = context.account();
        var seen = FlowLogResource.find(entities, account, wanted.resourceType(), wanted.resourceIds());
        generations.changed(
                entities, seen.values().stream().map(FlowLogResource::vpcId).collect(Collectors.toSet()));
        return FlowLogResource.find(entities, account, wanted.resourceType(), seen.keySet());
    }

    DeleteFlowLogsResponse delete(RequestContext context, DeleteFlowLogsRequest request) {
        var ids = request.flowLogIds().stream().distinct().toList();
        if (ids.isEmpty()) {
            throw NetworkErrors.missing("FlowLogIds");
        }
        ids.forEach(NetworkKind.FLOW_LOG::check);
        ledger.run(context, entities -> {
            var present = logs.all(entities, context.account()).stream()
                    .filter(row -> ids.contains(row.id))
                    .toList();
            var missing = ids.stream()
                    .filter(id -> present.stream().noneMatch(row -> row.id.equals(id)))
                    .toList();
            if (!missing.isEmpty()) {
                throw FlowLogErrors.notFound(missing);
            }
            generations.changed(entities, present.stream().map(row -> row.vpcId).collect(Collectors.toSet()));
            present.forEach(row -> {
                entities.createQuery("delete from FlowLogRow f where f.id = :id")
                        .setParameter("id", row.id)
                        .executeUpdate();
                ledger.removed(context, NetworkKind.FLOW_LOG, row.id);
            });
        });
        return DeleteFlowLogsResponse.builder().build();
    }

    DescribeFlowLogsResponse describe(RequestContext context, DescribeFlowLogsRequest request) {
        var query = new NetworkLedger.Query(
                request.flowLogIds(), request.filter(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = logs.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var answers = rows.stream()
                    .map(row -> answer(row, tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, LOGS, answers, query);
        });
        return DescribeFlowLogsResponse.builder()
                .flowLogs(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static FlowLog answer(FlowLogRow row, List<Tag> tags) {
        var failed = !row.deliveryError.isEmpty();
        return FlowLog.builder()
                .flowLogId(row.id)
                .flowLogStatus(ACTIVE)
                .resourceId(row.resourceId())
                .trafficType(row.trafficType)
                .logDestinationType(S3)
                .logDestination(row.logDestination)
                .logFormat(row.logFormat)
                .maxAggregationInterval(row.maxAggregationSeconds)
                .deliverLogsStatus(failed ? "FAILED" : "SUCCESS")
                .deliverLogsErrorMessage(failed ? row.deliveryError : null)
                .creationTime(row.createdAt)
                .tags(tags)
                .build();
    }
}
