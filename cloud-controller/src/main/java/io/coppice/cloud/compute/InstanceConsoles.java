package io.coppice.cloud.compute;

import io.coppice.cloud.front.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.Database;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceCreditSpecificationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceCreditSpecificationsResponse;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataRequest;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataResponse;
import software.amazon.awssdk.services.ec2.model.InstanceCreditSpecification;

/**
 * What is read of single instances beside their description. GetConsoleOutput is the one action that asks a host while the
 * user waits: console bytes are never kept in the cloud's database. Thread-safe.
 */
final class InstanceConsoles {
    private static final int MAX_BYTES = 65_536;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final Filters<Instance> CREDITS =
            Filters.<Instance>builder().value("instance-id", row -> row.id).build();

    private final Database database;
    private final ZoneLinks links;
    private final Clock clock;

    /** Finds the link to a zone; empty while the role has not started. */
    @FunctionalInterface
    interface ZoneLinks {
        Optional<ZoneLink> of(String zone);
    }

    InstanceConsoles(Database database, ZoneLinks links, Clock clock) {
        this.database = database;
        this.links = links;
        this.clock = clock;
    }

    GetConsoleOutputResponse console(RequestContext context, GetConsoleOutputRequest request) {
        var row = row(context, request.instanceId());
        var answer = GetConsoleOutputResponse.builder().instanceId(row.id);
        if (!InstanceState.CONSOLE_AVAILABLE.contains(row.state)) {
            return answer.timestamp(clock.instant()).build();
        }
        var link = links.of(row.zone)
                .orElseThrow(() -> InstanceErrors.unavailable("The zone " + row.zone + " is not connected: try again"));
        try {
            var console = link.console(row.id, MAX_BYTES, DEADLINE);
            var bytes = console.getData().toByteArray();
            var written = console.getWrittenAtMillis();
            answer.timestamp(written == 0 ? clock.instant() : Instant.ofEpochMilli(written));
            return bytes.length == 0
                    ? answer.build()
                    : answer.output(Base64.getEncoder().encodeToString(bytes)).build();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return answer.timestamp(clock.instant()).build();
            }
            throw InstanceErrors.unavailable("The host of " + row.id + " does not answer: try again later");
        }
    }

    /** Empty, as for every instance that is not Windows. */
    GetPasswordDataResponse password(RequestContext context, GetPasswordDataRequest request) {
        var row = row(context, request.instanceId());
        return GetPasswordDataResponse.builder()
                .instanceId(row.id)
                .timestamp(clock.instant())
                .passwordData("")
                .build();
    }

    /** Without ids AWS lists the instances with unlimited credits, of which there are none. */
    DescribeInstanceCreditSpecificationsResponse credits(
            RequestContext context, DescribeInstanceCreditSpecificationsRequest request) {
        var ids = InstanceRows.checkIds(request.instanceIds());
        var selection = CREDITS.select(request.filters());
        List<Instance> rows = ids.isEmpty()
                ? List.of()
                : database.call(entities -> InstanceRows.read(entities, context.account(), ids));
        return DescribeInstanceCreditSpecificationsResponse.builder()
                .instanceCreditSpecifications(rows.stream()
                        .filter(selection)
                        .map(row -> InstanceCreditSpecification.builder()
                                .instanceId(row.id)
                                .cpuCredits("standard")
                                .build())
                        .toList())
                .build();
    }

    private Instance row(RequestContext context, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            throw InstanceErrors.missing("InstanceId");
        }
        return database.call(entities -> InstanceRows.one(entities, context.account(), id));
    }
}
