package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.wire.error.AwsException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.AttachVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;

/** The volume actions on a real database, with an EBS controller and instances that pretend, as a test fixture. */
final class VolumeFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of us-east-1a, the cloud's own zone. */
    final FakeEbs ebs = new FakeEbs();
    /** Of us-east-1b. */
    final FakeEbs otherEbs = new FakeEbs();
    /** Whether copies of snapshots are kept. */
    volatile boolean copies = true;

    final FakeHolders holders = new FakeHolders();
    final RecordingEventLog events = new RecordingEventLog();
    final VolumeConfig config;
    final AttachmentBook book = new AttachmentBook(holders, events, new VolumeSignal());
    final VolumeStore store;
    final SnapshotStore snapshots;
    final SnapshotBin bin;
    final FakeFreezer freezer = new FakeFreezer();
    final SnapshotKeeper snapshotKeeper;
    final SnapshotTaker snapshotTaker;
    final VolumeKeeper keeper;
    final VolumeEncryption encryption;
    final EbsLinks links;
    final VolumeShapes shapes;
    final VolumeActions volumes;
    final AttachmentActions attachments;

    private final TestDatabase database;
    private final Server server;
    private final ManagedChannel channel;
    private final Server otherServer;
    private final ManagedChannel otherChannel;

    VolumeFixture(TestDatabase database) {
        this(database, Duration.ZERO);
    }

    /** @param binRetention how long deleted snapshots can be had back */
    VolumeFixture(TestDatabase database, Duration binRetention) {
        this.database = database;
        this.config = new TestVolumeConfig(binRetention);
        server = serve(ebs);
        channel = open(server);
        otherServer = serve(otherEbs);
        otherChannel = open(otherServer);
        links = new EbsLinks("us-east-1a", Map.of("us-east-1a", () -> channel, "us-east-1b", () -> otherChannel));
        var clock = Clock.systemUTC();
        store = new VolumeStore(
                database,
                TestTags.in(database),
                (account, ids, after, limit) -> List.of(),
                holders,
                config,
                TestSite.twoZones());
        snapshots = new SnapshotStore(database, TestTags.in(database), config);
        bin = new SnapshotBin(database, config, new SnapshotLocks(database, clock), clock);
        snapshotKeeper = new SnapshotKeeper(database, snapshots, bin, events, links, config, clock);
        snapshotTaker = new SnapshotTaker(database, snapshots, snapshotKeeper, freezer, config, events);
        keeper = new VolumeKeeper(database, store, book, snapshotKeeper, links, config);
        encryption = new VolumeEncryption(database, TestSite.config(), config);
        shapes = new VolumeShapes(TestSite.twoZones(), snapshots, encryption, () -> copies, links);
        volumes = new VolumeActions(database, store, keeper, shapes, clock);
        attachments = new AttachmentActions(database, store, book, holders, config, clock);
    }

    private static Server serve(FakeEbs controller) {
        try {
            return NettyServerBuilder.forPort(0).addService(controller).build().start();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    private static ManagedChannel open(Server server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    /** From now on the EBS controller of us-east-1b answers nobody. */
    void endOtherZone() {
        otherServer.shutdownNow();
    }

    static TestDatabase startDatabase() {
        return TestDatabase.start(
                VolumeRow.class,
                AttachmentRow.class,
                SnapshotRow.class,
                ModificationRow.class,
                EncryptionRow.class,
                SnapshotLockRow.class,
                TestSharing.ENTITY,
                TestTags.ENTITY);
    }

    void empty() {
        database.truncate(
                "volume",
                "volume_attachment",
                "volume_modification",
                "snapshot",
                "snapshot_volume_permission",
                "ebs_encryption",
                "public_access",
                "tag");
    }

    /** A volume that the EBS controller has made. */
    String available(int gib, @Nullable String snapshotId) {
        return available("us-east-1a", gib, snapshotId);
    }

    /** As the other one, in another zone. */
    String available(String zone, int gib, @Nullable String snapshotId) {
        var id = volumes.create(
                        TestRequests.by(ALICE, "CreateVolume"),
                        CreateVolumeRequest.builder()
                                .availabilityZone(zone)
                                .size(gib)
                                .snapshotId(snapshotId)
                                .build())
                .volumeId();
        eventually(
                "it is made",
                () -> store.list(ALICE, List.of(id), null, 1).getFirst().state() == VolumeState.AVAILABLE);
        return id;
    }

    /** A volume for several instances that the EBS controller has made. */
    String shared(int gib) {
        return shared("io2", gib);
    }

    String shared(String type, int gib) {
        var id = volumes.create(
                        TestRequests.by(ALICE, "CreateVolume"),
                        CreateVolumeRequest.builder()
                                .availabilityZone("us-east-1a")
                                .size(gib)
                                .volumeType(type)
                                .iops(100)
                                .multiAttachEnabled(true)
                                .build())
                .volumeId();
        eventually(
                "it is made",
                () -> store.list(ALICE, List.of(id), null, 1).getFirst().state() == VolumeState.AVAILABLE);
        return id;
    }

    /** Attaches a volume of Alice's, and returns the state of the attachment. */
    String attach(String volume, String instance, String device) {
        return attach(ALICE, volume, instance, device);
    }

    String attach(AccountId account, String volume, String instance, String device) {
        return attachments
                .attach(
                        TestRequests.by(account, "AttachVolume"),
                        AttachVolumeRequest.builder()
                                .volumeId(volume)
                                .instanceId(instance)
                                .device(device)
                                .build())
                .stateAsString();
    }

    /** The volumes that an instance should have, as its host is told. */
    List<AttachedVolume> desired(String instance) {
        return database.call(
                entities -> book.desired(entities, List.of(instance)).getOrDefault(instance, List.of()));
    }

    /** An instance's host says that its guest has these volumes. */
    void observed(String instance, List<String> present) {
        database.run(entities -> book.observed(entities, Map.of(instance, present)));
    }

    /** The error that a call ends with. */
    static String code(Executable call) {
        return Assertions.assertThrows(AwsException.class, call).code();
    }

    void delete(String id) {
        volumes.delete(
                TestRequests.by(ALICE, "DeleteVolume"),
                DeleteVolumeRequest.builder().volumeId(id).build());
    }

    /** Waits for something to become true; fails when it does not within a minute. */
    void eventually(String what, BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                Assertions.fail("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(10).toNanos());
        }
    }

    @Override
    public void close() {
        keeper.stop();
        snapshotKeeper.stop();
        channel.shutdownNow();
        server.shutdownNow();
        otherChannel.shutdownNow();
        otherServer.shutdownNow();
    }
}
