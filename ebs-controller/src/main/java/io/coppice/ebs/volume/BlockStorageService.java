package io.coppice.ebs.volume;

import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.volume.Changes.Change;
import io.coppice.ebs.volume.DesiredSnapshotState.Moment;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.signal.ChangeSignal;
import io.coppice.proto.ebs.v1.ApplySnapshotRequest;
import io.coppice.proto.ebs.v1.ApplySnapshotResponse;
import io.coppice.proto.ebs.v1.ApplyVolumeRequest;
import io.coppice.proto.ebs.v1.ApplyVolumeResponse;
import io.coppice.proto.ebs.v1.BlockStorageGrpc;
import io.coppice.proto.ebs.v1.DesiredVolume;
import io.coppice.proto.ebs.v1.GetCapacityRequest;
import io.coppice.proto.ebs.v1.GetCapacityResponse;
import io.coppice.proto.ebs.v1.ListVolumesRequest;
import io.coppice.proto.ebs.v1.ListVolumesResponse;
import io.coppice.proto.ebs.v1.Volume;
import io.coppice.proto.ebs.v1.VolumeEvent;
import io.coppice.proto.ebs.v1.WatchVolumesRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;

/** The gRPC door for volumes: writes down what is wanted, tells what is. Thread-safe. */
public final class BlockStorageService extends BlockStorageGrpc.BlockStorageImplBase {
    private static final Logger LOG = Logger.getLogger(BlockStorageService.class);
    private static final int MAX_PAGE = 1000;
    private static final int WATCH_BATCH = 256;
    private static final Duration WATCH_POLL = Duration.ofSeconds(2);
    private static final Duration READY_POLL = Duration.ofMillis(20);

    private final Transactions transactions;
    private final Volumes volumes;
    private final VolumeBackend backend;
    private final VolumeWorker worker;
    private final Snapshots snapshots;
    private final SnapshotWork snapshotWork;
    private final Changes log;
    private final ChangeSignal changes;

    /** Tells {@code workers} what is to be done, and watchers what {@code changes}. */
    public BlockStorageService(
            Transactions transactions,
            Volumes volumes,
            Snapshots snapshots,
            VolumeBackend backend,
            Workers workers,
            ChangeSignal changes) {
        this.transactions = transactions;
        this.volumes = volumes;
        this.backend = backend;
        this.snapshots = snapshots;
        this.worker = workers.volumes();
        this.snapshotWork = workers.snapshots();
        this.log = new Changes(transactions, volumes, snapshots, backend);
        this.changes = changes;
    }

    /** Who does what is asked for. */
    public record Workers(VolumeWorker volumes, SnapshotWork snapshots) {}

    @Override
    public void apply(ApplyVolumeRequest request, StreamObserver<ApplyVolumeResponse> answer) {
        answer(answer, () -> {
            var wanted = request.getVolume();
            var desired = new Desired(
                    new VolumeId(wanted.getVolumeId()),
                    wanted.getGeneration(),
                    wanted.getDeleted(),
                    new AccountId(wanted.getAccountId()),
                    wanted.getSizeGib(),
                    wanted.getVolumeType(),
                    wanted.getZone(),
                    snapshot(wanted.getSnapshotId()),
                    wanted.getKmsKeyId(),
                    grants(wanted));
            var changed = transactions.call(session -> {
                if (wanted.getSnapshotElsewhere()) {
                    desired.from().ifPresent(each -> snapshots.awaitFromElsewhere(session, each));
                }
                return volumes.want(session, desired);
            });
            if (changed) {
                changes.raise();
                worker.wake();
            }
            return ApplyVolumeResponse.getDefaultInstance();
        });
    }

    @Override
    public void applySnapshot(ApplySnapshotRequest request, StreamObserver<ApplySnapshotResponse> answer) {
        answer(answer, () -> {
            var wanted = request.getSnapshot();
            var volume = wanted.getVolumeId();
            var desired = new DesiredSnapshotState(
                    new SnapshotId(wanted.getSnapshotId()),
                    wanted.getGeneration(),
                    wanted.getDeleted(),
                    new AccountId(wanted.getAccountId()),
                    volume.isEmpty() ? Optional.empty() : Optional.of(new VolumeId(volume)),
                    snapshot(wanted.getSourceSnapshotId()),
                    wanted.getKmsKeyId(),
                    wanted.getMomentId().isEmpty()
                            ? Moment.ITS_OWN
                            : new Moment(wanted.getMomentId(), wanted.getMomentSize()));
            if (transactions.call(session -> snapshots.want(session, desired))) {
                changes.raise();
            }
            try {
                snapshotWork.run(desired.id());
            } catch (IOException e) {
                LOG.warnf(e, "%s is not as it should be and will be worked on again", desired.id());
            }
            var row = transactions.call(session -> snapshots.find(session, desired.id()));
            return ApplySnapshotResponse.newBuilder()
                    .setSnapshot(VolumeMessages.of(row.orElseThrow()))
                    .build();
        });
    }

    private Grants grants(DesiredVolume wanted) {
        var hosts = new HashMap<String, NodeId>();
        for (var each : wanted.getExportHostsList()) {
            if (hosts.put(each.getExportName(), new NodeId(each.getNodeId())) != null) {
                throw new IllegalArgumentException("an export of " + wanted.getVolumeId() + " is for one host only");
            }
        }
        if (wanted.getSharedExportNamesCount() > 0) {
            return Grants.shared(Set.copyOf(wanted.getSharedExportNamesList())).on(hosts);
        }
        if (wanted.getExportName().isEmpty()) {
            return Grants.NOBODY;
        }
        var name = wanted.getExportName();
        return (opensItself(wanted) ? Grants.direct(name) : Grants.alone(name)).on(hosts);
    }

    /** Keys of disks do not leave this controller, so that what is encrypted is served. */
    private boolean opensItself(DesiredVolume wanted) {
        return !wanted.getCephCluster().isEmpty()
                && wanted.getCephCluster().equals(backend.cephCluster())
                && wanted.getKmsKeyId().isEmpty();
    }

    private static Optional<SnapshotId> snapshot(String id) {
        return id.isEmpty() ? Optional.empty() : Optional.of(new SnapshotId(id));
    }

    @Override
    public void listVolumes(ListVolumesRequest request, StreamObserver<ListVolumesResponse> answer) {
        answer(answer, () -> {
            var asked = request.getPageSize();
            var size = asked <= 0 ? MAX_PAGE : Math.min(MAX_PAGE, asked);
            var rows = transactions.call(session -> volumes.page(session, request.getAfterVolumeId(), size + 1));
            var shown = rows.size() > size ? rows.subList(0, size) : rows;
            var page = ListVolumesResponse.newBuilder().addAllVolumes(messages(shown));
            if (rows.size() > size) {
                page.setNextAfterVolumeId(shown.getLast().volumeId().value());
            }
            return page.build();
        });
    }

    @Override
    public void getCapacity(GetCapacityRequest request, StreamObserver<GetCapacityResponse> answer) {
        answer(answer, () -> {
            var capacity = backend.capacity();
            return GetCapacityResponse.newBuilder()
                    .setTotalBytes(capacity.totalBytes())
                    .setFreeBytes(capacity.freeBytes())
                    .build();
        });
    }

    @Override
    public void watch(WatchVolumesRequest request, StreamObserver<VolumeEvent> answer) {
        var stream = (ServerCallStreamObserver<VolumeEvent>) answer;
        // With a handler set, a cancelled call is seen by isCancelled instead of by an exception.
        stream.setOnCancelHandler(changes::raise);
        try {
            watch(request.getAfterSequence(), stream);
            if (!stream.isCancelled()) {
                stream.onError(Status.UNAVAILABLE
                        .withDescription("the EBS controller stops")
                        .asRuntimeException());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stream.onError(Status.UNAVAILABLE
                    .withDescription("the EBS controller stops")
                    .asRuntimeException());
        } catch (Exception e) {
            // The boundary of the stream: the watcher comes again with the last sequence it saw.
            if (!stream.isCancelled()) {
                stream.onError(status(e).asRuntimeException());
            }
        }
    }

    private void watch(long afterSequence, ServerCallStreamObserver<VolumeEvent> stream)
            throws IOException, InterruptedException {
        // Rows are kept, also of what is gone, so no sequence is ever too old; one from the future is not ours.
        var horizon = log.last();
        var fresh = afterSequence <= 0 || afterSequence > horizon;
        var sent = fresh ? sendInitial(horizon, stream) : afterSequence;
        while (!stream.isCancelled() && !changes.hasEnded()) {
            var seen = changes.count();
            var batch = log.after(sent, WATCH_BATCH);
            sent = send(batch, sent, stream);
            if (batch.size() < WATCH_BATCH) {
                changes.await(seen, WATCH_POLL);
            }
        }
    }

    private long sendInitial(long horizon, ServerCallStreamObserver<VolumeEvent> stream)
            throws IOException, InterruptedException {
        var sent = 0L;
        while (!stream.isCancelled()) {
            var batch = log.after(sent, WATCH_BATCH);
            send(batch.stream().filter(change -> !change.gone()).toList(), sent, stream);
            sent = batch.isEmpty() ? Math.max(sent, horizon) : batch.getLast().sequence();
            if (batch.size() < WATCH_BATCH) {
                break;
            }
        }
        stream.onNext(VolumeEvent.newBuilder()
                .setSequence(sent)
                .setInitialComplete(true)
                .setAbilities(VolumeMessages.of(backend.abilities()))
                .build());
        return sent;
    }

    private static long send(List<Change> batch, long sent, ServerCallStreamObserver<VolumeEvent> stream)
            throws InterruptedException {
        var last = sent;
        for (var change : batch) {
            while (!stream.isReady() && !stream.isCancelled()) {
                Thread.sleep(READY_POLL);
            }
            if (stream.isCancelled()) {
                break;
            }
            stream.onNext(change.event());
            last = change.sequence();
        }
        return last;
    }

    private List<Volume> messages(List<VolumeRow> rows) throws IOException {
        var allocated =
                backend.allocatedBytes(rows.stream().map(VolumeRow::volumeId).toList());
        return rows.stream()
                .map(row -> VolumeMessages.of(row, allocated.getOrDefault(row.volumeId(), 0L)))
                .toList();
    }

    /** The boundary: what a call throws becomes its status. */
    private static <A> void answer(StreamObserver<A> observer, Callable<A> work) {
        A result;
        try {
            result = work.call();
        } catch (Exception e) {
            observer.onError(status(e).asRuntimeException());
            return;
        }
        observer.onNext(result);
        observer.onCompleted();
    }

    private static Status status(Exception failure) {
        return switch (failure) {
            case io.grpc.StatusRuntimeException told -> told.getStatus();
            case IllegalArgumentException e -> Status.INVALID_ARGUMENT.withDescription(e.getMessage());
            case IOException e -> {
                LOG.error("the files of volumes cannot be read", e);
                yield Status.UNAVAILABLE.withDescription("the files of volumes cannot be read: " + e.getMessage());
            }
            default -> {
                LOG.error("a call of the EBS controller failed", failure);
                yield Status.UNAVAILABLE.withDescription("the EBS controller failed: see its log");
            }
        };
    }
}
