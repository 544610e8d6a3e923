package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.sharing.TestSharing;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.wire.error.AwsException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;

/** If this fails, volumes stay in "creating", are made twice for one request, or outlive their deletion. */
class VolumeActionsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final TestDatabase DATABASE = TestDatabase.start(
            VolumeRow.class,
            AttachmentRow.class,
            SnapshotRow.class,
            ModificationRow.class,
            EncryptionRow.class,
            SnapshotLockRow.class,
            TestSharing.ENTITY,
            TestTags.ENTITY);

    private final FakeEbs ebs = new FakeEbs();
    private final Server server = serve(ebs);
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .build();
    private final RecordingEventLog events = new RecordingEventLog();
    private final VolumeConfig config = new TestVolumeConfig(Duration.ZERO);
    private final List<RootVolumes.RootVolume> roots = new ArrayList<>();
    private final FakeHolders holders = new FakeHolders();
    private final VolumeStore store = new VolumeStore(
            DATABASE,
            TestTags.in(DATABASE),
            (account, ids, after, limit) -> roots.subList(0, Math.min(limit, roots.size())),
            holders,
            config,
            TestSite.twoZones());
    private final AttachmentBook book = new AttachmentBook(holders, events, new VolumeSignal());
    private final SnapshotStore snapshots = new SnapshotStore(DATABASE, TestTags.in(DATABASE), config);
    private final EbsLinks links = new EbsLinks("us-east-1a", Map.of("us-east-1a", () -> channel));
    private final SnapshotKeeper snapshotKeeper = new SnapshotKeeper(
            DATABASE,
            snapshots,
            new SnapshotBin(DATABASE, config, new SnapshotLocks(DATABASE, CLOCK), CLOCK),
            events,
            links,
            config,
            CLOCK);
    private final VolumeKeeper keeper = new VolumeKeeper(DATABASE, store, book, snapshotKeeper, links, config);
    private final VolumeActions actions = new VolumeActions(
            DATABASE,
            store,
            keeper,
            new VolumeShapes(
                    new Zones(TestSite.config()),
                    snapshots,
                    new VolumeEncryption(DATABASE, TestSite.config(), config),
                    () -> true,
                    links),
            CLOCK);
    private final VolumeQueries queries = new VolumeQueries(store, new Pages(new PageTokens(() -> new byte[32])));

    @Test
    void rootDisksOfInstancesAreListedBetweenOtherVolumesAndCannotBeDeleted() {
        var made = create(gib(1)).value();
        var root = new VolumeId("vol-00000000000000001");
        roots.add(new RootVolumes.RootVolume(
                root, ALICE, "i-00000000000000001", "us-east-1a", 8, "/dev/sda1", CLOCK.instant()));
        var byInstance = queries.volumes(
                        TestRequests.by(ALICE, "DescribeVolumes"),
                        DescribeVolumesRequest.builder()
                                .filters(Filter.builder()
                                        .name("attachment.instance-id")
                                        .values("i-00000000000000001")
                                        .build())
                                .build())
                .volumes();
        assertEquals(1, byInstance.size());
        assertEquals("in-use", byInstance.getFirst().stateAsString());
        var attachment = byInstance.getFirst().attachments().getFirst();
        assertEquals("/dev/sda1", attachment.device());
        assertEquals("attached", attachment.stateAsString());
        assertTrue(attachment.deleteOnTermination());
        var all = queries.volumes(
                        TestRequests.by(ALICE, "DescribeVolumes"),
                        DescribeVolumesRequest.builder().build())
                .volumes();
        assertEquals(
                List.of(root.value(), made),
                all.stream().map(each -> each.volumeId()).toList());
        var refused = assertThrows(
                AwsException.class,
                () -> actions.delete(
                        TestRequests.by(ALICE, "DeleteVolume"),
                        DeleteVolumeRequest.builder().volumeId(root.value()).build()));
        assertEquals("VolumeInUse", refused.code());
    }

    private static Server serve(FakeEbs ebs) {
        try {
            return NettyServerBuilder.forPort(0).addService(ebs).build().start();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(
                "volume", "volume_attachment", "volume_modification", "snapshot", "snapshot_volume_permission", "tag");
    }

    @AfterEach
    void stop() {
        keeper.stop();
        channel.shutdownNow();
        server.shutdownNow();
    }

    private static CreateVolumeRequest.Builder gib(int size) {
        return CreateVolumeRequest.builder().availabilityZone("us-east-1a").size(size);
    }

    private VolumeId create(CreateVolumeRequest.Builder request) {
        return new VolumeId(actions.create(TestRequests.by(ALICE, "CreateVolume"), request.build())
                .volumeId());
    }

    private void delete(AccountId account, VolumeId id) {
        actions.delete(
                TestRequests.by(account, "DeleteVolume"),
                DeleteVolumeRequest.builder().volumeId(id.value()).build());
    }

    private String state(VolumeId id) {
        return store.list(ALICE, List.of(id.value()), null, 1).stream()
                .map(volume -> volume.state().text())
                .findFirst()
                .orElse("gone");
    }

    private void eventually(VolumeId id, String state) throws InterruptedException {
        var end = Instant.now().plusSeconds(60);
        while (!state(id).equals(state)) {
            assertTrue(Instant.now().isBefore(end), () -> id + " is " + state(id) + " and not " + state);
            Thread.sleep(20);
        }
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    @Test
    void volumeIsMadeAndDeletedByTheEbsController() throws InterruptedException {
        var id = create(gib(8));
        assertEquals("creating", state(id));
        keeper.start();
        eventually(id, "available");
        delete(ALICE, id);
        eventually(id, "gone");
        assertEquals(
                List.of("volume.created", "volume.state-changed", "volume.delete-requested", "volume.deleted"),
                events.kindsOf(id.value()));
        assertEquals("InvalidVolume.NotFound", code(() -> delete(ALICE, id)));
    }

    @Test
    void errorShowsAndTheVolumeCanBeDeleted() throws InterruptedException {
        ebs.failure = "the disk is full";
        keeper.start();
        var id = create(gib(8));
        eventually(id, "error");
        delete(ALICE, id);
        eventually(id, "gone");
    }

    @Test
    void lateReportOfAnEarlierWishIsIgnored() {
        var id = create(gib(8));
        delete(ALICE, id);
        keeper.observe(io.coppice.proto.ebs.v1.Volume.newBuilder()
                .setVolumeId(id.value())
                .setGeneration(1)
                .setState(io.coppice.proto.ebs.v1.VolumeState.VOLUME_STATE_AVAILABLE)
                .build());
        assertEquals("deleting", state(id));
    }

    @Test
    void sameTokenIsTheSameVolumeAndOtherParametersAreRefused() {
        var first = create(gib(8).clientToken("once"));
        assertEquals(first, create(gib(8).clientToken("once")));
        assertEquals("IdempotentParameterMismatch", code(() -> create(gib(9).clientToken("once"))));
        assertEquals(List.of("volume.created"), events.kindsOf(first.value()));
    }

    @Test
    void refusesByTheRulesOfAws() {
        assertEquals("InvalidParameterValue", code(() -> create(gib(0))));
        assertEquals("InvalidParameterValue", code(() -> create(gib(16_385))));
        assertEquals("InvalidParameterValue", code(() -> create(gib(100).volumeType("st1"))));
        assertEquals("UnknownVolumeType", code(() -> create(gib(8).volumeType("gp9"))));
        assertEquals("MissingParameter", code(() -> create(gib(8).volumeType("io1"))));
        assertEquals("InvalidZone.NotFound", code(() -> create(gib(8).availabilityZone("us-east-1z"))));
        assertEquals("InvalidSnapshot.NotFound", code(() -> create(gib(8).snapshotId("snap-0123456789abcdef0"))));
        assertEquals("VolumeLimitExceeded", code(() -> create(gib(101))));
        create(gib(1));
        create(gib(1));
        var last = create(gib(1));
        assertEquals("VolumeLimitExceeded", code(() -> create(gib(1))));
        assertEquals("InvalidVolume.NotFound", code(() -> delete(BOB, last)));
        assertEquals(
                "InvalidVolumeID.Malformed",
                code(() -> actions.delete(
                        TestRequests.by(ALICE, "x"),
                        DeleteVolumeRequest.builder().volumeId("x").build())));
    }

    @Test
    void answerIsAsWrittenDown() {
        var id = new VolumeId("vol-0123456789abcdef0");
        store.add(
                new Volume(
                        id,
                        ALICE,
                        new Volume.Shape("us-east-1a", 8, VolumeKind.GP3, 3000, null),
                        VolumeState.AVAILABLE,
                        "",
                        1,
                        CLOCK.instant(),
                        Map.of("Name", "it"),
                        List.of()),
                null);
        var byName = Filter.builder().name("tag:Name").values("i?").build();
        GoldenAnswers.check(
                "DescribeVolumes",
                queries.volumes(
                        TestRequests.by(ALICE, "DescribeVolumes"),
                        DescribeVolumesRequest.builder().filters(byName).build()));
        assertEquals(
                "InvalidVolume.NotFound",
                code(() -> queries.volumes(
                        TestRequests.by(BOB, "DescribeVolumes"),
                        DescribeVolumesRequest.builder().volumeIds(id.value()).build())));
    }
}
