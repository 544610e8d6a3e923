package io.coppice.cloud.compute;

import com.google.protobuf.ByteString;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.node.v1.HostAction;
import io.coppice.wire.error.AwsException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputResponse;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotResponse;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataRequest;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataResponse;
import software.amazon.awssdk.services.ec2.model.SendDiagnosticInterruptRequest;
import software.amazon.awssdk.services.ec2.model.SendDiagnosticInterruptResponse;

/**
 * What is read of single instances beside their description, or done with them at once. These actions ask a host while the
 * user waits: neither console bytes nor pictures are kept in the cloud's database. Thread-safe.
 */
final class InstanceConsoles {
    private static final int MAX_BYTES = 65_536;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Database database;
    private final ZoneLinks links;
    private final EventLog events;
    private final Clock clock;

    /** Finds the link to a zone; empty while the role has not started. */
    @FunctionalInterface
    interface ZoneLinks {
        Optional<ZoneLink> of(String zone);
    }

    InstanceConsoles(Database database, ZoneLinks links, EventLog events, Clock clock) {
        this.database = database;
        this.links = links;
        this.events = events;
        this.clock = clock;
    }

    GetConsoleOutputResponse console(RequestContext context, GetConsoleOutputRequest request) {
        var row = row(context, request.instanceId());
        var answer = GetConsoleOutputResponse.builder().instanceId(row.id);
        if (!InstanceState.CONSOLE_AVAILABLE.contains(row.state)) {
            return answer.timestamp(clock.instant()).build();
        }
        var output = output(row);
        return answer.timestamp(output.writtenAt())
                .output(
                        output.bytes().isEmpty()
                                ? null
                                : Base64.getEncoder()
                                        .encodeToString(output.bytes().toByteArray()))
                .build();
    }

    /** What a guest has written last, and when; now when it has written nothing. */
    private record Output(ByteString bytes, Instant writtenAt) {}

    private Output output(Instance row) {
        try {
            var console = link(row).console(row.id, MAX_BYTES, DEADLINE);
            var written = console.getWrittenAtMillis();
            return new Output(console.getData(), written == 0 ? clock.instant() : Instant.ofEpochMilli(written));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return new Output(ByteString.EMPTY, clock.instant());
            }
            throw silent(row);
        }
    }

    /** The password that a Windows guest has written to its console, encrypted with its key pair; empty for all others. */
    GetPasswordDataResponse password(RequestContext context, GetPasswordDataRequest request) {
        var row = row(context, request.instanceId());
        var answer = GetPasswordDataResponse.builder().instanceId(row.id);
        if (row.keyName.isEmpty() || !InstanceState.CONSOLE_AVAILABLE.contains(row.state)) {
            return answer.timestamp(clock.instant()).passwordData("").build();
        }
        var output = output(row);
        return answer.timestamp(output.writtenAt())
                .passwordData(ConsolePasswords.last(output.bytes().toString(StandardCharsets.ISO_8859_1)))
                .build();
    }

    /** The guest is not woken: none sleeps here. */
    GetConsoleScreenshotResponse screenshot(RequestContext context, GetConsoleScreenshotRequest request) {
        var row = row(context, request.instanceId());
        var picture = askHost(row, HostAction.HOST_ACTION_SCREENSHOT);
        return GetConsoleScreenshotResponse.builder()
                .instanceId(row.id)
                .imageData(Base64.getEncoder().encodeToString(picture.toByteArray()))
                .build();
    }

    SendDiagnosticInterruptResponse interrupt(RequestContext context, SendDiagnosticInterruptRequest request) {
        var row = row(context, request.instanceId());
        askHost(row, HostAction.HOST_ACTION_INTERRUPT);
        database.run(entities -> events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        "A user interrupted the guest's kernel"),
                "instance.interrupted",
                row.id,
                context.account(),
                Map.of()));
        return SendDiagnosticInterruptResponse.builder().build();
    }

    private ByteString askHost(Instance row, HostAction action) {
        if (row.state != InstanceState.RUNNING) {
            throw AwsException.client(
                    "IncorrectInstanceState",
                    "The instance '" + row.id + "' is in state '" + row.state.awsName() + "': it must be running");
        }
        try {
            return link(row)
                    .askHost(
                            AskHostRequest.newBuilder()
                                    .setInstanceId(row.id)
                                    .setAction(action)
                                    .build(),
                            DEADLINE);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                throw AwsException.client(
                        "IncorrectInstanceState",
                        "It cannot be done with the instance '" + row.id + "' now: "
                                + e.getStatus().getDescription());
            }
            throw silent(row);
        }
    }

    private ZoneLink link(Instance row) {
        return links.of(row.zone)
                .orElseThrow(() -> InstanceErrors.unavailable("The zone " + row.zone + " is not connected: try again"));
    }

    private static AwsException silent(Instance row) {
        return InstanceErrors.unavailable("The host of " + row.id + " does not answer: try again later");
    }

    private Instance row(RequestContext context, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            throw InstanceErrors.missing("InstanceId");
        }
        return database.call(entities -> InstanceRows.one(entities, context.account(), id));
    }
}
