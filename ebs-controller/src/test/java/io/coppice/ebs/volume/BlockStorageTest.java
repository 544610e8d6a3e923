package io.coppice.ebs.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.backend.LayerEncryption;
import io.coppice.ebs.backend.LocalVolumeBackend;
import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.MasterKey;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.SimulatedVolumeServer;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.foundation.signal.ChangeSignal;
import io.coppice.proto.ebs.v1.ApplySnapshotRequest;
import io.coppice.proto.ebs.v1.ApplyVolumeRequest;
import io.coppice.proto.ebs.v1.BlockStorageGrpc;
import io.coppice.proto.ebs.v1.DesiredSnapshot;
import io.coppice.proto.ebs.v1.DesiredVolume;
import io.coppice.proto.ebs.v1.ListVolumesRequest;
import io.coppice.proto.ebs.v1.SnapshotState;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.proto.ebs.v1.VolumeState;
import io.coppice.proto.ebs.v1.WatchVolumesRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, volumes would not be made or removed as asked, or watchers would miss what became of them. */
class BlockStorageTest {
    private static final int DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private EbsDatabase database;
    private Layers layers;
    private KeptKeys keys;
    private LocalVolumeBackend backend;
    private VolumeWorker worker;
    private ChangeSignal changes;
    private RpcServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        database = new EbsDatabase();
        layers = new Layers(folder.resolve("volumes"));
        keys = new KeptKeys(
                database,
                new Volumes(Clock.systemUTC()),
                new Snapshots(Clock.systemUTC()),
                MasterKey.open(folder.resolve("master-key")));
        backend = new LocalVolumeBackend(
                layers,
                new SimulatedVolumeServer(),
                new LayerEncryption(layers, keys, LayerEncryption.Copier.NOTHING, 1),
                new LocalVolumeBackend.Limits(1.0, 3));
        open(true);
    }

    @AfterEach
    void stop() throws IOException {
        shut();
        database.close();
    }

    @Test
    void aVolumeIsMadeAndRemovedAndWatchersSeeBoth() throws IOException {
        var id = VolumeId.random();
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        apply(id, 1, false);
        apply(id, 1, false);
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 1));
        assertTrue(backend.exists(id));
        apply(id, 2, true);
        assertEquals(VolumeState.VOLUME_STATE_DELETED, lastState(events, 2));
        assertFalse(backend.exists(id));
        // A late repetition of the old wish must not bring it back.
        apply(id, 1, false);
        assertTrue(stub().listVolumes(ListVolumesRequest.getDefaultInstance())
                .getVolumesList()
                .isEmpty());
    }

    @Test
    void whatWasCutOffIsFinishedAfterARestartAndTheWatchGoesOn() throws IOException {
        shut();
        open(false);
        var id = VolumeId.random();
        apply(id, 1, false);
        assertFalse(backend.exists(id));
        shut();
        open(true);
        var events = stub().watch(
                        WatchVolumesRequest.newBuilder().setAfterSequence(1).build());
        var event = events.next();
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, event.getVolume().getState());
        assertTrue(event.getSequence() > 1);
        assertTrue(backend.exists(id));
    }

    @Test
    void aVolumeThatDoesNotFitEndsInErrorAndSaysWhy() {
        var id = VolumeId.random();
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        stub().apply(request(id, 1, false, 65_536));
        assertEquals(VolumeState.VOLUME_STATE_ERROR, lastState(events, 1));
        var listed = stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumes(0);
        assertTrue(listed.getErrorMessage().contains("delete volumes or make a smaller one"), listed.getErrorMessage());
    }

    @Test
    void aServedVolumeSaysWhereAndASnapshotOfItIsThereAtOnce() {
        var id = VolumeId.random();
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        var name = "e0123456789abcdef0123456789abcdef";
        var wish = request(id, 1, false, 1).toBuilder();
        wish.getVolumeBuilder().setExportName(name);
        stub().apply(wish.build());
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 1));
        var served = stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumes(0);
        assertEquals(name, served.getExport().getName());

        var snapshot = SnapshotId.random();
        assertEquals(SnapshotState.SNAPSHOT_STATE_COMPLETED, applySnapshot(snapshot, id, 1, false));
        assertEquals(snapshot.value(), events.next().getSnapshot().getSnapshotId());
        apply(id, 2, true);
        assertEquals(VolumeState.VOLUME_STATE_DELETED, lastState(events, 2));

        var clone = request(VolumeId.random(), 1, false, 1).toBuilder();
        clone.getVolumeBuilder().setSnapshotId(snapshot.value());
        stub().apply(clone.build());
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 1));
        assertEquals(SnapshotState.SNAPSHOT_STATE_DELETED, applySnapshot(snapshot, id, 2, true));
        assertEquals(
                SnapshotState.SNAPSHOT_STATE_ERROR, applySnapshot(SnapshotId.random(), VolumeId.random(), 1, false));
    }

    @Test
    void aVolumeIsServedToSeveralUntilItIsToOneAlone() {
        var id = VolumeId.random();
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        var names = List.of("e0123456789abcdef0123456789abcdef", "e1123456789abcdef0123456789abcdef");
        var wish = request(id, 1, false, 1).toBuilder();
        wish.getVolumeBuilder().addAllSharedExportNames(names);
        stub().apply(wish.build());
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 1));
        var served = stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumes(0);
        assertEquals(
                names,
                served.getSharedExportsList().stream()
                        .map(VolumeExport::getName)
                        .toList());
        assertFalse(served.hasExport());
        wish.getVolumeBuilder().setGeneration(2).clearSharedExportNames().setExportName(names.getLast());
        stub().apply(wish.build());
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 2));
        served = stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumes(0);
        assertEquals(names.getLast(), served.getExport().getName());
        assertEquals(0, served.getSharedExportsCount());
        var tooMany = request(id, 3, false, 1).toBuilder();
        for (int i = 0; i <= 16; i++) {
            tooMany.getVolumeBuilder().addSharedExportNames("e%032x".formatted(i));
        }
        assertThrows(StatusRuntimeException.class, () -> stub().apply(tooMany.build()));
    }

    @Test
    void snapshotsOfOneMomentAreTakenWhenTheLastOfThemIsAskedFor() {
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        var volume = VolumeId.random();
        apply(volume, 1, false);
        assertEquals(VolumeState.VOLUME_STATE_AVAILABLE, lastState(events, 1));
        var first = SnapshotId.random();
        assertEquals(SnapshotState.SNAPSHOT_STATE_PENDING, applyTogether(first, volume));
        assertEquals(SnapshotState.SNAPSHOT_STATE_PENDING, applyTogether(first, volume));
        // One whose volume is gone keeps the others from nothing.
        assertEquals(SnapshotState.SNAPSHOT_STATE_PENDING, applyTogether(SnapshotId.random(), VolumeId.random()));
        assertEquals(SnapshotState.SNAPSHOT_STATE_COMPLETED, applyTogether(SnapshotId.random(), volume));
        assertEquals(SnapshotState.SNAPSHOT_STATE_COMPLETED, applyTogether(first, volume));
    }

    private SnapshotState applyTogether(SnapshotId snapshot, VolumeId volume) {
        return stub().applySnapshot(ApplySnapshotRequest.newBuilder()
                        .setSnapshot(DesiredSnapshot.newBuilder()
                                .setSnapshotId(snapshot.value())
                                .setGeneration(1)
                                .setAccountId("111111111111")
                                .setVolumeId(volume.value())
                                .setMomentId("together")
                                .setMomentSize(3))
                        .build())
                .getSnapshot()
                .getState();
    }

    private SnapshotState applySnapshot(SnapshotId snapshot, VolumeId volume, long generation, boolean deleted) {
        return stub().applySnapshot(ApplySnapshotRequest.newBuilder()
                        .setSnapshot(DesiredSnapshot.newBuilder()
                                .setSnapshotId(snapshot.value())
                                .setGeneration(generation)
                                .setDeleted(deleted)
                                .setAccountId("111111111111")
                                .setVolumeId(volume.value()))
                        .build())
                .getSnapshot()
                .getState();
    }

    @Test
    void pagesAreInOrderAndComplete() {
        var wanted = new HashSet<String>();
        for (int i = 0; i < 7; i++) {
            var id = VolumeId.random();
            wanted.add(id.value());
            apply(id, 1, false);
        }
        var seen = new HashSet<String>();
        var after = "";
        do {
            var page = stub().listVolumes(ListVolumesRequest.newBuilder()
                    .setPageSize(3)
                    .setAfterVolumeId(after)
                    .build());
            page.getVolumesList().forEach(volume -> seen.add(volume.getVolumeId()));
            after = page.getNextAfterVolumeId();
        } while (!after.isEmpty());
        assertEquals(wanted, seen);
    }

    /** Otherwise every stop of the controller waits until its patience with running calls is over. */
    @Test
    void watchersAreToldWhenTheControllerStops() {
        var events = stub().watch(WatchVolumesRequest.getDefaultInstance());
        assertTrue(events.next().getInitialComplete());
        changes.end();
        var end = assertThrows(StatusRuntimeException.class, events::hasNext);
        assertEquals(Status.Code.UNAVAILABLE, end.getStatus().getCode());
    }

    @Test
    void malformedWishesAreRefused() {
        var id = VolumeId.random();
        assertThrows(StatusRuntimeException.class, () -> stub().apply(request(id, 1, false, 0)));
        assertThrows(StatusRuntimeException.class, () -> stub().apply(request(id, 0, false, 1)));
    }

    @Test
    void whatIsMadeFromAnEncryptedVolumeHasItsKeyAndLosesItWhenItIsDeleted() throws IOException {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        var clone = VolumeId.random();
        stub().apply(encrypted(volume, "", "first"));
        await(() -> backend.exists(volume));
        var key = keys.of(volume).orElseThrow();
        stub().applySnapshot(snapshot(snapshot, DesiredSnapshot.newBuilder().setVolumeId(volume.value())));
        stub().apply(encrypted(clone, snapshot.value(), "second"));
        await(() -> backend.exists(clone));
        assertTrue(Layers.isEncrypted(layers.find(clone).orElseThrow()));
        assertEquals(key, keys.of(snapshot).orElseThrow());
        assertEquals(key, keys.of(clone).orElseThrow());
        stub().apply(request(volume, 2, true, 1));
        await(() -> keys.of(volume).isEmpty());
        assertEquals(key, keys.of(clone).orElseThrow());
        assertFalse(key.toString().contains(new String(key.passphrase(), StandardCharsets.US_ASCII)));
    }

    @Test
    void aCopyOfAPlainSnapshotCanBeEncrypted() throws IOException {
        var volume = VolumeId.random();
        apply(volume, 1, false);
        await(() -> backend.exists(volume));
        var plain = SnapshotId.random();
        stub().applySnapshot(snapshot(plain, DesiredSnapshot.newBuilder().setVolumeId(volume.value())));
        var copy = SnapshotId.random();
        var answer = stub().applySnapshot(snapshot(
                copy,
                DesiredSnapshot.newBuilder().setSourceSnapshotId(plain.value()).setKmsKeyId("first")));
        assertEquals(SnapshotState.SNAPSHOT_STATE_PENDING, answer.getSnapshot().getState());
        await(() -> layers.find(copy).isPresent());
        assertTrue(Layers.isEncrypted(layers.find(copy).orElseThrow()));
        assertFalse(Layers.isEncrypted(layers.find(plain).orElseThrow()));
        assertTrue(keys.of(plain).isEmpty());
        var second = SnapshotId.random();
        stub().applySnapshot(snapshot(second, DesiredSnapshot.newBuilder().setSourceSnapshotId(copy.value())));
        assertEquals(layers.find(copy), layers.find(second));
        assertEquals(keys.of(copy), keys.of(second));
    }

    @Test
    void aKeyOpensForItsOwnerAndUnderItsMasterKeyOnly() throws IOException {
        var master = MasterKey.open(folder.resolve("master-key"));
        var owner = VolumeId.random();
        var key = DiskKey.random();
        var wrapped = master.wrap(owner, "first", key);
        assertEquals(key, MasterKey.open(folder.resolve("master-key")).unwrap(owner, "first", wrapped));
        assertThrows(IOException.class, () -> master.unwrap(VolumeId.random(), "first", wrapped));
        assertThrows(IOException.class, () -> master.unwrap(owner, "second", wrapped));
        var other = MasterKey.open(folder.resolve("other-key"));
        assertThrows(IOException.class, () -> other.unwrap(owner, "first", wrapped));
    }

    private static ApplyVolumeRequest encrypted(VolumeId id, String snapshot, String kmsKeyId) {
        var volume = request(id, 1, false, 1).getVolume().toBuilder();
        return ApplyVolumeRequest.newBuilder()
                .setVolume(volume.setSnapshotId(snapshot).setKmsKeyId(kmsKeyId))
                .build();
    }

    private static ApplySnapshotRequest snapshot(SnapshotId id, DesiredSnapshot.Builder of) {
        return ApplySnapshotRequest.newBuilder()
                .setSnapshot(of.setSnapshotId(id.value()).setGeneration(1).setAccountId("111111111111"))
                .build();
    }

    private static void await(Check check) throws IOException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!check.holds()) {
            assertTrue(System.nanoTime() < deadline, "it did not come to be");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @FunctionalInterface
    private interface Check {
        boolean holds() throws IOException;
    }

    private void open(boolean working) throws IOException {
        var authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        var volumes = new Volumes(Clock.systemUTC());
        changes = new ChangeSignal();
        var snapshots = new Snapshots(Clock.systemUTC());
        var snapshotWork = new SnapshotWork(database, snapshots, backend, changes, LostSnapshots.NEVER_COME_BACK, keys);
        worker = new VolumeWorker(database, volumes, snapshotWork, backend, changes, Duration.ofSeconds(1), 4);
        if (working) {
            worker.start();
        }
        var tls = authority.issue(new PeerIdentity(PeerKind.EBS_CONTROLLER, "z"), List.of());
        server = RpcServer.listeningOn(new Address("127.0.0.1", 0), tls)
                .offer(
                        new BlockStorageService(
                                database,
                                volumes,
                                snapshots,
                                backend,
                                new BlockStorageService.Workers(worker, snapshotWork),
                                changes),
                        PeerKind.CLOUD_CONTROLLER)
                .start();
        channel = RpcChannels.open(
                new Address("127.0.0.1", server.port()),
                authority.issue(new PeerIdentity(PeerKind.CLOUD_CONTROLLER, "c"), List.of()),
                PeerKind.EBS_CONTROLLER);
    }

    private void shut() {
        channel.shutdownNow();
        server.close();
        worker.close();
    }

    private BlockStorageGrpc.BlockStorageBlockingStub stub() {
        return BlockStorageGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private void apply(VolumeId id, long generation, boolean deleted) {
        stub().apply(request(id, generation, deleted, 1));
    }

    private static ApplyVolumeRequest request(VolumeId id, long generation, boolean deleted, int sizeGib) {
        return ApplyVolumeRequest.newBuilder()
                .setVolume(DesiredVolume.newBuilder()
                        .setVolumeId(id.value())
                        .setGeneration(generation)
                        .setDeleted(deleted)
                        .setAccountId("111111111111")
                        .setSizeGib(sizeGib)
                        .setVolumeType("gp3")
                        .setZone("us-east-1a"))
                .build();
    }

    /** The first state of that generation that is not on the way to another. */
    private static VolumeState lastState(
            java.util.Iterator<io.coppice.proto.ebs.v1.VolumeEvent> events, long generation) {
        while (true) {
            var volume = events.next().getVolume();
            if (!volume.getVolumeId().isEmpty()
                    && volume.getGeneration() == generation
                    && volume.getState() != VolumeState.VOLUME_STATE_CREATING
                    && volume.getState() != VolumeState.VOLUME_STATE_DELETING) {
                return volume.getState();
            }
        }
    }
}
