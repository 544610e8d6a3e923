package io.coppice.cloud.rootvolume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.front.TurnableClock;
import io.coppice.cloud.image.GuestNeeds;
import io.coppice.cloud.image.ImageSources;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.RootSwaps.Origin;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CreateReplaceRootVolumeTaskRequest;
import software.amazon.awssdk.services.ec2.model.DescribeReplaceRootVolumeTasksRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRootVolumeTask;

/** If this fails, guests stay off for ever, lose a root volume while they write to it, or come back with the wrong one. */
class ReplacementsTest {
    private static final String INSTANCE = "i-00000000000000001";
    private static final TestDatabase DATABASE = TestDatabase.start(ReplacementRow.class, TestTags.ENTITY);

    private final FakeSwaps swaps = new FakeSwaps();
    private final Instances instances = new Instances();
    private final RecordingEventLog events = new RecordingEventLog();
    private final TurnableClock clock = new TurnableClock();
    private final Replacements replacements = new Replacements(DATABASE, TestTags.in(DATABASE));
    private final ReplacementWorker worker =
            new ReplacementWorker(DATABASE, replacements, swaps, instances, events, clock);
    private final ReplacementHolds holds = new ReplacementHolds(DATABASE, replacements, worker);
    private final ReplacementActions actions = new ReplacementActions(
            replacements,
            new ReplacementAdmission(DATABASE, replacements, worker, swaps, new TwoImages(), new ClientTokens(clock)),
            new Pages(new PageTokens(() -> new byte[32])));

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("root_replacement", "tag", "client_tokens");
    }

    @Test
    void theGuestIsOffFromWhenTheNewVolumeIsThereUntilItIsTheRoot() {
        var task = create(request -> request.deleteReplacedRootVolume(true)
                .tagSpecifications(tags -> tags.resourceType("replace-root-volume-task")
                        .tags(tag -> tag.key("why").value("test"))));
        assertEquals("pending", task.taskStateAsString());
        assertNull(task.completeTime());
        assertTrue(task.replaceRootVolumeTaskId().startsWith("replacevol-"));
        worker.pass();
        assertEquals(Map.of(), held(), "the guest is off before there is anything to change");

        swaps.ready = true;
        worker.pass();
        assertEquals("in-progress", describe(task).taskStateAsString());
        assertEquals(Map.of(INSTANCE, task.replaceRootVolumeTaskId()), held());
        assertEquals(List.of(INSTANCE), instances.told);
        worker.pass();
        assertEquals(List.of(), swaps.swapped, "the volumes have changed while the guest runs");

        DATABASE.run(entities -> holds.resting(entities, INSTANCE, task.replaceRootVolumeTaskId()));
        worker.pass();
        assertEquals(1, swaps.swapped.size());
        assertTrue(swaps.replacedDeleted);
        assertEquals(Map.of(), held());
        assertEquals(2, instances.told.size());
        worker.pass();
        assertEquals("in-progress", describe(task).taskStateAsString());
        swaps.attached = true;
        worker.pass();
        var over = describe(task);
        assertEquals("succeeded", over.taskStateAsString());
        assertEquals("2026-01-02T03:04:05Z", over.completeTime());
        assertEquals("why", over.tags().getFirst().key());
        assertEquals(1, swaps.swapped.size());
        assertEquals(
                List.of("root-replacement.requested", "root-replacement.state-changed"),
                events.kindsOf(task.replaceRootVolumeTaskId()));
    }

    @Test
    void theStateAtLaunchIsThatOfTheFirstRootVolumeAndFormerRootsAreOfTheLineage() {
        var first = swaps.root;
        create(request -> {});
        assertEquals(new Origin.Launched("snap-00000000000000001"), swaps.made.getLast());
        succeed();
        // The present root is made from another snapshot than the first.
        create(request -> {});
        assertEquals(new Origin.Launched("snap-00000000000000001"), swaps.made.getLast());
        succeed();
        create(request -> request.snapshotId("snap-00000000000000007"));
        var chosen = assertInstanceOf(Origin.Chosen.class, swaps.made.getLast());
        assertEquals("snap-00000000000000007", chosen.snapshotId());
        assertTrue(chosen.lineage().containsAll(Set.of(first, swaps.root)));
        assertEquals(3, chosen.lineage().size());
        succeed();
        var ofImage = create(request -> request.imageId("ami-00000000000000001"));
        assertEquals("ami-00000000000000001", ofImage.imageId());
        assertInstanceOf(Origin.OfImage.class, swaps.made.getLast());
    }

    @Test
    void whatCannotBeDoneLeavesTheInstanceAsItWas() {
        var broken = create(request -> {});
        swaps.failure = "no room";
        worker.pass();
        assertEquals("failed", describe(broken).taskStateAsString());
        assertNotNull(describe(broken).completeTime());
        assertEquals(1, swaps.discarded.size());
        assertEquals(Map.of(), held());
        swaps.failure = null;

        swaps.ready = true;
        var ended = create(request -> {});
        worker.pass();
        instances.ended = true;
        worker.pass();
        assertEquals("failed", describe(ended).taskStateAsString());
        assertEquals(List.of(), swaps.swapped);
    }

    @Test
    void oneThatIsStoppedMeanwhileHasItsNewRootWhenItIsStarted() {
        var task = create(request -> {});
        swaps.ready = true;
        worker.pass();
        instances.state = "stopped";
        DATABASE.run(entities -> holds.resting(entities, INSTANCE, task.replaceRootVolumeTaskId()));
        worker.pass();
        worker.pass();
        assertEquals("succeeded", describe(task).taskStateAsString());
        assertEquals(1, swaps.swapped.size());
    }

    @Test
    void requestsThatMeanNothingAreRefused() {
        assertEquals(
                "InvalidParameterCombination",
                code(() -> create(
                        request -> request.snapshotId("snap-00000000000000007").imageId("ami-00000000000000001"))));
        assertEquals("MissingParameter", code(() -> create(request -> request.instanceId(null))));
        assertEquals("InvalidAMIID.Malformed", code(() -> create(request -> request.imageId("x"))));
        assertEquals("UnsupportedOperation", code(() -> create(request -> request.imageId("ami-00000000000000002"))));
        swaps.snapshot = null;
        assertEquals("UnsupportedOperation", code(() -> create(request -> {})));
        swaps.snapshot = "snap-00000000000000001";

        var task = create(request -> request.clientToken("once"));
        assertEquals(
                task.replaceRootVolumeTaskId(),
                create(request -> request.clientToken("once")).replaceRootVolumeTaskId());
        assertEquals("IncorrectState", code(() -> create(request -> {})));
        var other = DescribeReplaceRootVolumeTasksRequest.builder()
                .replaceRootVolumeTaskIds(task.replaceRootVolumeTaskId())
                .build();
        assertEquals(
                "InvalidReplaceRootVolumeTaskId.NotFound",
                code(() -> actions.describe(TestRequests.by(BOB, "DescribeReplaceRootVolumeTasks"), other)));
        assertEquals(
                "InvalidReplaceRootVolumeTaskId.Malformed",
                code(() -> actions.describe(
                        TestRequests.by(ALICE, "DescribeReplaceRootVolumeTasks"),
                        DescribeReplaceRootVolumeTasksRequest.builder()
                                .replaceRootVolumeTaskIds("x")
                                .build())));
    }

    @Test
    void theHistoryOfInstancesThatAreGoneIsForgotten() {
        var task = create(request -> {});
        succeed();
        clock.turn(Duration.ofDays(30));
        worker.pass();
        assertEquals("succeeded", describe(task).taskStateAsString());
        clock.turn(Duration.ofSeconds(1));
        worker.pass();
        assertEquals("InvalidReplaceRootVolumeTaskId.NotFound", code(() -> describe(task)));
    }

    private void succeed() {
        swaps.ready = true;
        swaps.attached = true;
        worker.pass();
        held().forEach((instance, work) -> DATABASE.run(entities -> holds.resting(entities, instance, work)));
        worker.pass();
        worker.pass();
    }

    private Map<String, String> held() {
        return DATABASE.call(entities -> holds.of(entities, List.of(INSTANCE)));
    }

    private ReplaceRootVolumeTask create(Consumer<CreateReplaceRootVolumeTaskRequest.Builder> change) {
        var request = CreateReplaceRootVolumeTaskRequest.builder().instanceId(INSTANCE);
        change.accept(request);
        return actions.create(TestRequests.by(ALICE, "CreateReplaceRootVolumeTask"), request.build())
                .replaceRootVolumeTask();
    }

    private ReplaceRootVolumeTask describe(ReplaceRootVolumeTask task) {
        return actions.describe(
                        TestRequests.by(ALICE, "DescribeReplaceRootVolumeTasks"),
                        DescribeReplaceRootVolumeTasksRequest.builder()
                                .replaceRootVolumeTaskIds(task.replaceRootVolumeTaskId())
                                .build())
                .replaceRootVolumeTasks()
                .getFirst();
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    private static final class Instances implements ImageSources {
        private final List<String> told = new ArrayList<>();
        private String state = "running";
        private boolean ended;

        @Override
        public Source require(EntityManager entities, AccountId account, String instanceId) {
            return new Source(instanceId, "us-east-1a", state, "/dev/sda1", true, 0, GuestNeeds.USUAL);
        }

        @Override
        public boolean lock(EntityManager entities, String instanceId) {
            return !ended;
        }

        @Override
        public void changed(EntityManager entities, String instanceId) {
            told.add(instanceId);
        }
    }

    /** The first is of a snapshot, the second of an object. */
    private static final class TwoImages implements Images {
        @Override
        public LaunchImage forLaunch(AccountId account, ImageId id) {
            var disks = id.value().endsWith("1")
                    ? List.of(new DiskMapping("/dev/sda1", "snap-00000000000000005", 4, "gp2", null, true))
                    : List.<DiskMapping>of();
            return new LaunchImage(id, account, "", 0, 0, "raw", "x86_64", "/dev/sda1", disks);
        }

        @Override
        public LaunchImage forReading(AccountId account, ImageId id) {
            return forLaunch(account, id);
        }

        @Override
        public String downloadUrl(ImageId id, int validSeconds) {
            throw new IllegalStateException("nobody reads it");
        }
    }
}
