package io.coppice.cloud.volume;

import io.coppice.proto.ebs.v1.ApplySnapshotRequest;
import io.coppice.proto.ebs.v1.ApplySnapshotResponse;
import io.coppice.proto.ebs.v1.ApplyVolumeRequest;
import io.coppice.proto.ebs.v1.ApplyVolumeResponse;
import io.coppice.proto.ebs.v1.BlockStorageGrpc;
import io.coppice.proto.ebs.v1.CephImage;
import io.coppice.proto.ebs.v1.DesiredVolume;
import io.coppice.proto.ebs.v1.SnapshotState;
import io.coppice.proto.ebs.v1.StorageAbilities;
import io.coppice.proto.ebs.v1.VolumeEvent;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.proto.ebs.v1.WatchVolumesRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Does at once what it is told, and reports it to all who watch. Reports before anybody watches are lost. */
final class FakeEbs extends BlockStorageGrpc.BlockStorageImplBase {
    private final Map<String, DesiredVolume> told = new ConcurrentHashMap<>();

    final List<ApplySnapshotRequest> snapshots = new CopyOnWriteArrayList<>();
    volatile String failure = "";
    volatile boolean away;
    /** Where volumes are served; empty: at Unix sockets. */
    volatile String tlsAddress = "";
    /** Whether it takes its time for what it is told: until {@link #release}. */
    volatile boolean hold;

    private final List<StreamObserver<VolumeEvent>> watchers = new CopyOnWriteArrayList<>();

    /** What it was last told of a volume. */
    DesiredVolume told(String volumeId) {
        return told.getOrDefault(volumeId, DesiredVolume.getDefaultInstance());
    }

    @Override
    public void apply(ApplyVolumeRequest request, StreamObserver<ApplyVolumeResponse> to) {
        to.onNext(ApplyVolumeResponse.getDefaultInstance());
        to.onCompleted();
        told.put(request.getVolume().getVolumeId(), request.getVolume());
        if (!hold) {
            report(request.getVolume());
        }
    }

    /** Does what it was told. */
    void release() {
        hold = false;
        told.values().forEach(this::report);
    }

    private synchronized void report(DesiredVolume volume) {
        var state = volume.getDeleted()
                ? io.coppice.proto.ebs.v1.VolumeState.VOLUME_STATE_DELETED
                : failure.isEmpty()
                        ? io.coppice.proto.ebs.v1.VolumeState.VOLUME_STATE_AVAILABLE
                        : io.coppice.proto.ebs.v1.VolumeState.VOLUME_STATE_ERROR;
        var report = io.coppice.proto.ebs.v1.Volume.newBuilder()
                .setVolumeId(volume.getVolumeId())
                .setGeneration(volume.getGeneration())
                .setErrorMessage(failure)
                .setState(state);
        if (!volume.getExportName().isEmpty()) {
            report.setExport(
                    volume.getCephCluster().isEmpty() ? export(volume, volume.getExportName()) : direct(volume));
        }
        volume.getSharedExportNamesList().forEach(name -> report.addSharedExports(export(volume, name)));
        var event = VolumeEvent.newBuilder().setVolume(report).build();
        watchers.forEach(watcher -> watcher.onNext(event));
    }

    /** As one that its host opens itself. */
    private static VolumeExport direct(DesiredVolume volume) {
        return VolumeExport.newBuilder()
                .setName(volume.getExportName())
                .setCephImage(CephImage.newBuilder()
                        .setCluster(volume.getCephCluster())
                        .setPool("pool")
                        .setImage(volume.getVolumeId() + ".x"))
                .build();
    }

    private VolumeExport export(DesiredVolume volume, String name) {
        var export = VolumeExport.newBuilder().setName(name);
        return (tlsAddress.isEmpty()
                        ? export.setUnixPath("/run/" + volume.getVolumeId())
                        : export.setTlsAddress(tlsAddress))
                .build();
    }

    @Override
    public void applySnapshot(ApplySnapshotRequest request, StreamObserver<ApplySnapshotResponse> to) {
        if (away) {
            to.onError(Status.UNAVAILABLE.asRuntimeException());
            return;
        }
        snapshots.add(request);
        var wanted = request.getSnapshot();
        var state = wanted.getDeleted()
                ? SnapshotState.SNAPSHOT_STATE_DELETED
                : failure.isEmpty() ? SnapshotState.SNAPSHOT_STATE_COMPLETED : SnapshotState.SNAPSHOT_STATE_ERROR;
        to.onNext(ApplySnapshotResponse.newBuilder()
                .setSnapshot(io.coppice.proto.ebs.v1.Snapshot.newBuilder()
                        .setSnapshotId(wanted.getSnapshotId())
                        .setGeneration(wanted.getGeneration())
                        .setErrorMessage(failure)
                        .setState(state))
                .build());
        to.onCompleted();
    }

    /** Tells all who watch what can be done here. */
    void tell(StorageAbilities abilities) {
        watchers.forEach(watcher -> watcher.onNext(VolumeEvent.newBuilder()
                .setInitialComplete(true)
                .setAbilities(abilities)
                .build()));
    }

    @Override
    public void watch(WatchVolumesRequest request, StreamObserver<VolumeEvent> to) {
        watchers.add(to);
    }
}
