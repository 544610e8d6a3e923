package io.coppice.cloud.compute;

import com.google.protobuf.ByteString;
import io.coppice.proto.cluster.v1.ApplyRequest;
import io.coppice.proto.cluster.v1.ApplyResponse;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.AskHostResponse;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc.ClusterControllerImplBase;
import io.coppice.proto.cluster.v1.GetConsoleRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.cluster.v1.SnapshotBegin;
import io.coppice.proto.cluster.v1.SnapshotEnd;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A zone with one host that does at once what it is told, but makes no new disk for what ran before, as a test fixture. It can lose messages, repeat them, forget
 * everything and break its streams. Thread-safe by its own lock.
 */
final class FakeClusterController extends ClusterControllerImplBase {
    static final String HOST = "n-00000000000000001";

    volatile boolean hostRefuses;
    /** What guests have written; %s is the instance. */
    volatile String console = "booted %s";

    private final Map<String, Observation> hostState = new LinkedHashMap<>();
    private final List<ZoneEvent> log = new ArrayList<>();
    private final List<ServerCallStreamObserver<ZoneEvent>> watchers = new ArrayList<>();
    private final List<DesiredInstance> applied = new ArrayList<>();
    private final List<AskHostRequest> asked = new CopyOnWriteArrayList<>();
    private String streamId = UUID.randomUUID().toString();
    private long sequence;
    private int applyFailures;
    private boolean losesObservations;
    private boolean repeatsObservations;
    private boolean idle;
    private long hostEpoch = 1;
    private long hostSequence;

    @Override
    public synchronized void apply(ApplyRequest request, StreamObserver<ApplyResponse> answer) {
        if (applyFailures > 0) {
            applyFailures--;
            answer.onError(Status.UNAVAILABLE.asRuntimeException());
            return;
        }
        request.getInstancesList().forEach(this::carryOut);
        answer.onNext(ApplyResponse.getDefaultInstance());
        answer.onCompleted();
    }

    private void carryOut(DesiredInstance desired) {
        applied.add(desired);
        if (idle) {
            return;
        }
        if (desired.getPower() == PowerState.POWER_STATE_RUNNING
                && desired.getDiskExpected()
                && !hostState.containsKey(desired.getInstanceId())) {
            report(observation(desired.getInstanceId(), desired.getGeneration(), Phase.PHASE_FAILED, 0).toBuilder()
                    .setFailure(Failure.newBuilder()
                            .setCode("Server.InternalError")
                            .setMessage("The instance's disk is not on this host."))
                    .build());
            return;
        }
        var phase =
                switch (desired.getPower()) {
                    case POWER_STATE_RUNNING -> Phase.PHASE_RUNNING;
                    case POWER_STATE_STOPPED, POWER_STATE_STOPPED_HARD -> Phase.PHASE_STOPPED;
                    case POWER_STATE_TERMINATED -> Phase.PHASE_GONE;
                    case POWER_STATE_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("power");
                };
        if (desired.getPower() == PowerState.POWER_STATE_RUNNING) {
            report(observation(desired.getInstanceId(), desired.getGeneration(), Phase.PHASE_STARTING, 0));
        }
        report(observation(desired.getInstanceId(), desired.getGeneration(), phase, desired.getRebootCount()));
    }

    /** The next report of the host. */
    synchronized Observation observation(String id, long generation, Phase phase, long rebootCount) {
        return Observation.newBuilder()
                .setInstanceId(id)
                .setGeneration(generation)
                .setPhase(phase)
                .setNodeId(HOST)
                .setNodeEpoch(hostEpoch)
                .setSequence(++hostSequence)
                .setRebootCount(rebootCount)
                .build();
    }

    /** The host reports. */
    synchronized void report(Observation observation) {
        if (observation.getPhase() == Phase.PHASE_GONE) {
            hostState.remove(observation.getInstanceId());
        } else {
            hostState.put(observation.getInstanceId(), observation);
        }
        if (losesObservations) {
            return;
        }
        append(ZoneEvent.newBuilder().setObservation(observation));
        if (repeatsObservations) {
            append(ZoneEvent.newBuilder().setObservation(observation));
        }
    }

    private void append(ZoneEvent.Builder event) {
        var complete = event.setStreamId(streamId).setSequence(++sequence).build();
        log.add(complete);
        watchers.forEach(w -> w.onNext(complete));
    }

    @Override
    public synchronized void watch(WatchRequest request, StreamObserver<ZoneEvent> observer) {
        var watcher = (ServerCallStreamObserver<ZoneEvent>) observer;
        watcher.setOnCancelHandler(() -> forget(watcher));
        if (request.getStreamId().equals(streamId)) {
            log.stream()
                    .filter(e -> e.getSequence() > request.getAfterSequence())
                    .forEach(watcher::onNext);
        } else {
            snapshot(watcher);
        }
        watchers.add(watcher);
    }

    private void snapshot(ServerCallStreamObserver<ZoneEvent> watcher) {
        watcher.onNext(ZoneEvent.newBuilder()
                .setStreamId(streamId)
                .setSequence(sequence)
                .setSnapshotBegin(SnapshotBegin.getDefaultInstance())
                .build());
        hostState
                .values()
                .forEach(o -> watcher.onNext(ZoneEvent.newBuilder()
                        .setStreamId(streamId)
                        .setSequence(sequence)
                        .setObservation(o)
                        .build()));
        watcher.onNext(ZoneEvent.newBuilder()
                .setStreamId(streamId)
                .setSequence(sequence)
                .setSnapshotEnd(SnapshotEnd.newBuilder().addCompleteNodeIds(HOST))
                .build());
    }

    private synchronized void forget(ServerCallStreamObserver<ZoneEvent> watcher) {
        watchers.remove(watcher);
    }

    @Override
    public void getConsole(GetConsoleRequest request, StreamObserver<GetConsoleResponse> answer) {
        answer.onNext(GetConsoleResponse.newBuilder()
                .setData(ByteString.copyFromUtf8(console.formatted(request.getInstanceId())))
                .setWrittenAtMillis(1_700_000_000_000L)
                .build());
        answer.onCompleted();
    }

    @Override
    public void askHost(AskHostRequest request, StreamObserver<AskHostResponse> answer) {
        if (hostRefuses) {
            answer.onError(Status.FAILED_PRECONDITION
                    .withDescription("its host could not do it")
                    .asRuntimeException());
            return;
        }
        asked.add(request);
        answer.onNext(AskHostResponse.newBuilder()
                .setData(ByteString.copyFromUtf8(
                        switch (request.getAction()) {
                            case HOST_ACTION_SCREENSHOT -> "picture of " + request.getInstanceId();
                            case HOST_ACTION_FREEZE, HOST_ACTION_THAW -> "2";
                            case HOST_ACTION_INTERRUPT, HOST_ACTION_UNSPECIFIED, UNRECOGNIZED -> "";
                        }))
                .build());
        answer.onCompleted();
    }

    /** What the host was asked to do at once, and did. */
    List<AskHostRequest> asked() {
        return List.copyOf(asked);
    }

    /** The process starts anew: it knows what its hosts tell, under another stream. */
    synchronized void restart() {
        streamId = UUID.randomUUID().toString();
        sequence = 0;
        log.clear();
        var ended = List.copyOf(watchers);
        watchers.clear();
        ended.forEach(w -> w.onError(Status.UNAVAILABLE.asRuntimeException()));
    }

    /** The host lost this instance, disk and all, without a report. */
    synchronized void lose(String id) {
        hostState.remove(id);
    }

    synchronized void failNextApplies(int count) {
        applyFailures = count;
    }

    synchronized void loseObservations(boolean lose) {
        losesObservations = lose;
    }

    synchronized void repeatObservations(boolean repeat) {
        repeatsObservations = repeat;
    }

    /** From now on what is applied is kept but not carried out. */
    synchronized void idle(boolean yes) {
        idle = yes;
    }

    synchronized List<DesiredInstance> applied() {
        return List.copyOf(applied);
    }

    synchronized long appliedTo(String id) {
        return applied.stream().filter(d -> d.getInstanceId().equals(id)).count();
    }
}
