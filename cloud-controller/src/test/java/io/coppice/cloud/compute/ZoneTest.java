package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.CloudFixture.by;
import static io.coppice.cloud.compute.CloudFixture.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.instanceprofile.InstanceProfiles.Profile;
import io.coppice.cloud.instanceprofile.ProfileCredentials.RoleCredentials;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.volume.GuestFreezer;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.HostAction;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleScreenshotRequest;
import software.amazon.awssdk.services.ec2.model.GetPasswordDataRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.SendDiagnosticInterruptRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;

/** If this fails, what users want does not become so when messages are lost, repeated or late, or when a zone restarts. */
class ZoneTest {
    private static final String VOLUME = "vol-0123456789abcdef0";
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final FakeClusterController zone = new FakeClusterController();
    private Server server;
    private ManagedChannel channel;
    private ZoneReconciler reconciler;
    private ObservationIngest ingest;
    private ZoneWatcher watcher;
    private Thread loop;
    private volatile boolean stopped;
    private final AtomicInteger issued = new AtomicInteger();

    /** What every instance should have. */
    private volatile List<AttachedVolume> served = List.of();

    /** The instances whose volumes the reconciler asked for. */
    private final Set<String> lookedAt = ConcurrentHashMap.newKeySet();

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void startZone() throws IOException {
        CloudFixture.empty(DATABASE);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(zone)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
        var link = new GrpcZoneLink(channel);
        cloud.link = java.util.Optional.of(link);
        var clock = Clock.systemUTC();
        var addresses = new FlatNetwork(
                account -> new NetworkNames.DefaultNames("", "", "", ""),
                new AddressPool(CloudFixture.CIDR),
                CloudFixture.ZONE);
        var belongings = new ZoneReconciler.Belongings(
                addresses,
                new NoVolumes() {
                    @Override
                    public Map<String, List<AttachedVolume>> desired(EntityManager entities, Collection<String> ids) {
                        lookedAt.addAll(ids);
                        return ids.stream().collect(Collectors.toMap(id -> id, id -> served));
                    }
                },
                new NoCopies());
        reconciler = new ZoneReconciler(
                DATABASE,
                link,
                new ImageUrls(new CloudFixture.OneImage(), Duration.ofHours(1), clock),
                new InstanceCredentials(DATABASE, this::credentials, clock),
                cloud.events,
                belongings,
                new ZoneReconciler.Settings(
                        CloudFixture.ZONE,
                        CloudFixture.REGION,
                        clock,
                        Duration.ofMillis(300),
                        256,
                        Duration.ofSeconds(2)));
        ingest = new ObservationIngest(DATABASE, cloud.events, belongings, clock, CloudFixture.ZONE, reconciler);
        watcher = new ZoneWatcher(link, ingest, () -> {}, 64, Duration.ofMillis(500));
        loop = Thread.ofVirtual().unstarted(this::reconcile);
    }

    private void reconcile() {
        while (!stopped) {
            reconciler.run();
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(20).toNanos());
        }
    }

    private void converge() {
        watcher.start(CloudFixture.ZONE);
        loop.start();
    }

    @AfterEach
    void stopZone() throws InterruptedException {
        stopped = true;
        if (loop.isAlive()) {
            loop.join();
        }
        watcher.stop();
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
    }

    @Test
    void aGuestIsNotStartedBeforeItsRootVolumeIsServed() {
        converge();
        var id = cloud.run(request -> request.imageId(CloudFixture.IMAGE_OF_SNAPSHOTS))
                .instances()
                .getFirst()
                .instanceId();
        eventually("it was looked at", () -> lookedAt.contains(id));
        assertTrue(
                zone.applied().stream().noneMatch(each -> each.getInstanceId().equals(id)));
        served = List.of(AttachedVolume.newBuilder()
                .setVolumeId("vol-00000000000000001")
                .setDevice("/dev/xvda")
                .build());
        eventually("running", () -> cloud.state(id).equals("running"));
        var told = zone.applied().stream()
                .filter(each -> each.getInstanceId().equals(id))
                .findFirst()
                .orElseThrow();
        assertEquals("vol-00000000000000001", told.getRootVolumeId());
        assertEquals("", told.getImage().getUrl());
    }

    @Test
    void anInstanceLivesItsLife() {
        converge();
        var id = cloud.runOne();
        eventually("running", () -> cloud.state(id).equals("running"));
        var address = cloud.row(id).network.privateIp();
        cloud.actions
                .power()
                .reboot(
                        by("RebootInstances"),
                        RebootInstancesRequest.builder().instanceIds(id).build());
        eventually("rebooted", () -> cloud.row(id).settled && cloud.row(id).observedRebootCount == 1);
        cloud.actions
                .power()
                .stop(
                        by("StopInstances"),
                        StopInstancesRequest.builder().instanceIds(id).build());
        eventually("stopped", () -> cloud.state(id).equals("stopped"));
        cloud.actions
                .power()
                .start(
                        by("StartInstances"),
                        StartInstancesRequest.builder().instanceIds(id).build());
        eventually("running again", () -> cloud.state(id).equals("running"));
        assertEquals(address, cloud.row(id).network.privateIp());
        assertTrue(zone.applied().getLast().getNodeId().equals(FakeClusterController.HOST));
        terminate(id);
        eventually("terminated", () -> cloud.state(id).equals("terminated"));
        assertEquals(0, addressesInUse());
        assertTrue(cloud.events.kindsOf(id).contains("instance.state-changed"));
    }

    @Test
    void lostAndRepeatedMessagesChangeNothing() {
        converge();
        zone.failNextApplies(3);
        zone.repeatObservations(true);
        var ids = cloud.run(5).instances().stream().map(i -> i.instanceId()).toList();
        ids.forEach(id -> eventually("running", () -> cloud.state(id).equals("running")));
        zone.loseObservations(true);
        terminate(ids.getFirst());
        eventually(
                "told more than once",
                () -> zone.applied().stream()
                                .filter(d -> d.getPower() == PowerState.POWER_STATE_TERMINATED)
                                .count()
                        > 1);
        assertEquals("shutting-down", cloud.state(ids.getFirst()));
        zone.loseObservations(false);
        eventually("terminated", () -> cloud.state(ids.getFirst()).equals("terminated"));
    }

    @Test
    void aHostGetsCredentialsAnewBeforeTheyEndAndLosesThemWithTheProfile() {
        converge();
        var id = cloud.runOne();
        eventually("settled", () -> cloud.row(id).settled);
        assertFalse(lastMetadata(id).hasInstanceProfile());
        DATABASE.run(entities -> entities.find(Instance.class, id)
                .carry(InstanceProfileUse.of(
                        new Profile("arn:aws:iam::1:instance-profile/web", "AIPA1"), Instant.now())));
        eventually("credentials", () -> lastMetadata(id).hasInstanceProfile());
        var first = lastMetadata(id).getInstanceProfile();
        assertEquals("arn:aws:iam::1:instance-profile/web", first.getArn());
        assertEquals("role of AIPA1", first.getRoleName());
        eventually(
                "new credentials",
                () -> !lastMetadata(id).getInstanceProfile().getAccessKeyId().equals(first.getAccessKeyId()));
        DATABASE.run(entities -> entities.find(Instance.class, id).profile = null);
        eventually("taken back", () -> !lastMetadata(id).hasInstanceProfile());
        eventually("written down", () -> cloud.row(id).credentialsUntil == null);
        assertEquals(1, cloud.row(id).generation);
    }

    private Metadata lastMetadata(String id) {
        return zone.applied().stream()
                .filter(each -> each.getInstanceId().equals(id))
                .reduce((before, after) -> after)
                .orElseThrow()
                .getMetadata();
    }

    /** They live for four seconds, so new ones are due after two. */
    private Optional<RoleCredentials> credentials(AccountId account, String profileId, String instanceId) {
        var now = Instant.now();
        return Optional.of(new RoleCredentials(
                "role of " + profileId, "ASIA" + issued.incrementAndGet(), "secret", "token", now, now.plusSeconds(4)));
    }

    @Test
    void aSettledInstanceIsLeftInPeace() {
        converge();
        var id = cloud.runOne();
        eventually("settled", () -> cloud.row(id).settled);
        var told = zone.appliedTo(id);
        for (var n = 0; n < 5; n++) {
            reconciler.run();
        }
        assertEquals(told, zone.appliedTo(id));
        assertEquals(0, reconciler.status().backlog());
        assertEquals("ok", reconciler.status().result());
    }

    @Test
    void whatAZoneDoesNotAnswerIsToldAgainAndWrittenNowhere() {
        zone.idle(true);
        var id = cloud.runOne();
        var written = version(id);
        reconciler.run();
        assertEquals(1, zone.appliedTo(id));
        assertEquals(written, version(id), "a hand-over is no change of the instance");
        eventually("told again", () -> {
            reconciler.run();
            return zone.appliedTo(id) > 1;
        });
        reconciler.startedAnew();
        var told = zone.appliedTo(id);
        reconciler.run();
        assertEquals(told + 1, zone.appliedTo(id), "a zone that has forgotten all is told at once");
    }

    /** The transaction that wrote the row. */
    private static long version(String id) {
        return DATABASE.call(entities -> PlainSql.query(
                        entities, "select xmin::text::bigint from instances where id = ?", row -> row.getLong(1), id)
                .getFirst());
    }

    @Test
    void whatAZoneThatStartsAnewHasLostIsTerminatedAndNotMadeAnew() {
        converge();
        var ids = cloud.run(2).instances().stream().map(i -> i.instanceId()).toList();
        ids.forEach(id -> eventually("settled", () -> cloud.row(id).settled));
        var told = zone.appliedTo(ids.getLast());
        zone.lose(ids.getFirst());
        zone.restart();
        eventually("the end of the lost one", () -> cloud.state(ids.getFirst()).equals("terminated"));
        assertTrue(zone.applied().getLast().getDiskExpected(), "the zone is told that there was a disk");
        var reason =
                cloud.describe(d -> d.instanceIds(ids.getFirst())).getFirst().stateReason();
        assertEquals("Server.InternalError", reason.code());
        assertTrue(reason.message().contains("disk is not on this host"), reason.message());
        assertEquals(told, zone.appliedTo(ids.getLast()), "the other one was never lost");
    }

    @Test
    void aLaunchThatNeverRanMayBeginAnewElsewhere() {
        zone.idle(true);
        converge();
        var id = cloud.runOne();
        eventually("told", () -> zone.appliedTo(id) > 0);
        zone.report(zone.observation(id, 1, Phase.PHASE_PREPARING, 0));
        eventually("placed", () -> cloud.row(id).nodeId.equals(FakeClusterController.HOST));
        zone.lose(id);
        zone.idle(false);
        zone.restart();
        eventually("running", () -> cloud.state(id).equals("running"));
    }

    @Test
    void aReportThatComesTooLateStillTellsThatThereIsADisk() {
        var id = cloud.runOne();
        cloud.actions
                .power()
                .stop(
                        by("StopInstances"),
                        StopInstancesRequest.builder().instanceIds(id).build());
        take(zone.observation(id, 1, Phase.PHASE_RUNNING, 0));
        assertEquals("stopping", cloud.state(id));
        assertTrue(DesiredInstances.of(cloud.row(id), CloudFixture.REGION, "", null, List.of())
                .getDiskExpected());
    }

    @Test
    void aGuestThatShutsDownStaysDown() {
        converge();
        var id = cloud.runOne();
        eventually("settled", () -> cloud.row(id).settled);
        zone.report(zone.observation(id, cloud.row(id).generation, Phase.PHASE_STOPPED, 0).toBuilder()
                .setGuestInitiated(true)
                .build());
        eventually("stopped", () -> cloud.state(id).equals("stopped") && cloud.row(id).settled);
        assertEquals(PowerState.POWER_STATE_STOPPED, zone.applied().getLast().getPower());
    }

    @Test
    void anInstanceNobodyCanTakeIsGivenUp() {
        zone.idle(true);
        converge();
        var id = cloud.runOne();
        eventually("told", () -> zone.appliedTo(id) > 0);
        var noRoom = Observation.newBuilder()
                .setInstanceId(id)
                .setGeneration(1)
                .setPhase(Phase.PHASE_UNSCHEDULABLE)
                .setFailure(Failure.newBuilder()
                        .setCode("Server.InsufficientInstanceCapacity")
                        .setMessage("no host"));
        zone.report(noRoom.build());
        eventually(
                "the reason is shown",
                () -> cloud.row(id).unschedulableSince != null
                        || cloud.state(id).equals("terminated"));
        eventually("given up", () -> cloud.state(id).equals("terminated"));
        assertEquals("Server.InsufficientInstanceCapacity", cloud.row(id).reasonCode);
        assertEquals(0, addressesInUse());
    }

    @Test
    void anImageThatIsNoImageEndsTheLaunch() {
        zone.idle(true);
        converge();
        var id = cloud.runOne();
        zone.report(zone.observation(id, 1, Phase.PHASE_FAILED, 0).toBuilder()
                .setFailure(Failure.newBuilder().setCode("Client.InvalidImage").setMessage("not an image"))
                .build());
        eventually("terminated", () -> cloud.state(id).equals("terminated"));
        assertEquals(
                "Client.InvalidImage",
                cloud.describe(d -> d.instanceIds(id)).getFirst().stateReason().code());
    }

    @Test
    void oldReportsAreIgnored() {
        var id = cloud.runOne();
        take(zone.observation(id, 1, Phase.PHASE_STARTING, 0));
        var running = zone.observation(id, 1, Phase.PHASE_RUNNING, 0);
        var later = zone.observation(id, 1, Phase.PHASE_FETCHING_IMAGE, 0);
        take(running.toBuilder().setSequence(9).build());
        take(later);
        assertEquals(InstancePhase.RUNNING, cloud.row(id).phase, "a lower sequence of the same epoch is late");
        cloud.actions
                .power()
                .stop(
                        by("StopInstances"),
                        StopInstancesRequest.builder().instanceIds(id).build());
        take(running.toBuilder().setSequence(10).build());
        assertEquals("stopping", cloud.state(id), "a report of the generation before says nothing");
        take(running.toBuilder()
                .setNodeEpoch(2)
                .setSequence(1)
                .setGeneration(2)
                .setPhase(Phase.PHASE_STOPPED)
                .build());
        assertEquals("stopped", cloud.state(id), "a new epoch counts from the start");
    }

    @Test
    void everyHostCountsItsOwnReports() {
        var id = cloud.runOne();
        take(zone.observation(id, 1, Phase.PHASE_PREPARING, 0).toBuilder()
                .setNodeEpoch(7)
                .setSequence(900)
                .build());
        var other =
                zone.observation(id, 1, Phase.PHASE_SCHEDULED, 0).toBuilder().setNodeId("n-00000000000000002");
        take(other.setNodeEpoch(0).setSequence(0).build());
        take(other.setPhase(Phase.PHASE_RUNNING).setNodeEpoch(1).setSequence(1).build());
        assertEquals("running", cloud.state(id));
    }

    @Test
    void whatComesBackAfterTheEndIsRemoved() {
        converge();
        var id = cloud.runOne();
        eventually("settled", () -> cloud.row(id).settled);
        terminate(id);
        eventually("terminated", () -> cloud.state(id).equals("terminated"));
        var told = zone.appliedTo(id);
        zone.report(zone.observation(id, 1, Phase.PHASE_RUNNING, 0));
        eventually("told to remove it", () -> zone.appliedTo(id) > told);
        eventually("settled again", () -> cloud.row(id).settled);
        assertEquals("terminated", cloud.state(id));
    }

    @Test
    void theConsoleComesFromTheHost() {
        converge();
        var id = cloud.runOne();
        eventually("running", () -> cloud.state(id).equals("running"));
        var console = cloud.actions
                .consoles()
                .console(
                        by("GetConsoleOutput"),
                        GetConsoleOutputRequest.builder().instanceId(id).build());
        assertEquals(
                "booted " + id,
                new String(
                        java.util.Base64.getDecoder().decode(console.output()),
                        java.nio.charset.StandardCharsets.UTF_8));
        assertNotEquals(null, console.timestamp());
    }

    @Test
    void aPasswordIsReadFromTheConsoleAndAPictureFromTheScreen() {
        converge();
        zone.console = "<Password>\nb2xk\n</Password>\nmore of %s\n<Password>bmV3\nZXI=</Password>\n";
        var id = cloud.run(r -> r.keyName("dev")).instances().getFirst().instanceId();
        var keyless = cloud.runOne();
        eventually("running", () -> cloud.state(id).equals("running"));
        eventually("running", () -> cloud.state(keyless).equals("running"));
        assertEquals("bmV3ZXI=", password(id), "the newest");
        assertEquals("", password(keyless));
        zone.console = "login on %s";
        assertEquals("", password(id), "as on Linux");
        var consoles = cloud.actions.consoles();
        var request = GetConsoleScreenshotRequest.builder().instanceId(id).build();
        assertEquals(
                "picture of " + id,
                new String(
                        java.util.Base64.getDecoder()
                                .decode(consoles.screenshot(by("GetConsoleScreenshot"), request)
                                        .imageData()),
                        java.nio.charset.StandardCharsets.UTF_8));
        consoles.interrupt(
                by("SendDiagnosticInterrupt"),
                SendDiagnosticInterruptRequest.builder().instanceId(id).build());
        zone.hostRefuses = true;
        assertEquals(
                "IncorrectInstanceState",
                org.junit.jupiter.api.Assertions.assertThrows(
                                io.coppice.wire.error.AwsException.class,
                                () -> consoles.screenshot(by("GetConsoleScreenshot"), request))
                        .code());
    }

    @Test
    void onlyAGuestWithAnAgentIsAskedToHoldStill() {
        converge();
        var id = cloud.runOne();
        eventually("running", () -> cloud.state(id).equals("running"));
        var freezer = new InstanceFreezer(DATABASE, each -> cloud.link);
        assertTrue(freezer.freeze(id, List.of(VOLUME)).isEmpty());
        assertEquals(List.of(), zone.asked());
        zone.report(zone.observation(id, 1, Phase.PHASE_RUNNING, 0).toBuilder()
                .setGuestAgent(true)
                .build());
        eventually("the agent is known", () -> cloud.row(id).guestAgent);
        assertEquals(
                new GuestFreezer.Outcome.Frozen(2),
                freezer.freeze(id, List.of(VOLUME)).orElseThrow().end());
        var asked = zone.asked();
        assertEquals(
                List.of(HostAction.HOST_ACTION_FREEZE, HostAction.HOST_ACTION_THAW),
                asked.stream().map(AskHostRequest::getAction).toList());
        assertEquals(asked.getFirst().getHoldId(), asked.getLast().getHoldId());
        assertEquals(List.of(VOLUME), asked.getFirst().getVolumeIdsList());
        zone.hostRefuses = true;
        assertEquals(
                new GuestFreezer.Outcome.NotFrozen("its host could not do it"),
                freezer.freeze(id, List.of(VOLUME)).orElseThrow().end());
        cloud.link = Optional.empty();
        assertEquals(
                new GuestFreezer.Outcome.NotFrozen("its zone is not connected"),
                freezer.freeze(id, List.of(VOLUME)).orElseThrow().end());
        zone.report(zone.observation(id, 1, Phase.PHASE_RUNNING, 0));
        eventually("the agent is gone", () -> !cloud.row(id).guestAgent);
        assertTrue(freezer.freeze(id, List.of(VOLUME)).isEmpty());
    }

    private String password(String id) {
        return cloud.actions
                .consoles()
                .password(
                        by("GetPasswordData"),
                        GetPasswordDataRequest.builder().instanceId(id).build())
                .passwordData();
    }

    private void take(Observation seen) {
        ingest.ingest(List.of(ZoneEvent.newBuilder().setObservation(seen).build()));
    }

    private void terminate(String id) {
        cloud.actions
                .power()
                .terminate(
                        by("TerminateInstances"),
                        TerminateInstancesRequest.builder().instanceIds(id).build());
    }

    private static long addressesInUse() {
        return DATABASE.call(entities -> (Long) entities.createNativeQuery(
                        "select count(*) from {h-schema}addresses where instance_id is not null", Long.class)
                .getSingleResult());
    }
}
