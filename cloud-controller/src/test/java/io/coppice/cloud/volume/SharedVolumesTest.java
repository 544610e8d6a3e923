package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.volume.VolumeFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.ebs.v1.ExportHost;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DetachVolumeRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeRequest;
import software.amazon.awssdk.services.ec2.model.VolumeModification;

/** If this fails, instances lose a volume that they share by what becomes of another one, or get one that they must not share. */
class SharedVolumesTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final String FIRST = "i-0123456789abcdef0";
    private static final String SECOND = "i-0123456789abcdef1";
    private static final String THIRD = "i-0123456789abcdef2";
    private static final String HOST = "n-0123456789abcdef0";
    private static final String OTHER_HOST = "n-0123456789abcdef1";
    private static final String DEVICE = "/dev/sdf";

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final Pages pages = new Pages(new PageTokens(() -> new byte[32]));
    private final VolumeQueries queries = new VolumeQueries(cloud.store, pages);
    private final ModificationActions modifications =
            new ModificationActions(DATABASE, cloud.store, cloud.shapes, cloud.keeper, pages, Clock.systemUTC());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void start() {
        cloud.empty();
        cloud.keeper.start();
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void eachInstanceHasAnAttachmentOfItsOwn() {
        var id = cloud.shared(4);
        attachServed(id, FIRST);
        attachServed(id, SECOND);
        var first = only(cloud.desired(FIRST));
        var second = only(cloud.desired(SECOND));
        assertNotEquals(first.getExport().getName(), second.getExport().getName());
        assertEquals(
                Set.of(first.getExport().getName(), second.getExport().getName()),
                Set.copyOf(cloud.ebs.told(id).getSharedExportNamesList()));
        assertEquals("", cloud.ebs.told(id).getExportName());
        cloud.observed(FIRST, List.of(id));
        assertEquals("in-use " + FIRST + " attached " + SECOND + " attaching", state(id));
        cloud.observed(SECOND, List.of(id));
        assertEquals(List.of(FIRST, SECOND), listed("attachment.instance-id", SECOND));
        assertEquals(List.of(FIRST, SECOND), listed("multi-attach-enabled", "true"));
        assertEquals(List.of(), listed("multi-attach-enabled", "false"));
        assertEquals("VolumeInUse", code(() -> cloud.attach(id, SECOND, "/dev/sdg")));
        assertEquals("VolumeInUse", code(() -> cloud.delete(id)));
    }

    @Test
    void oneThatLetsGoLeavesTheOthersAlone() {
        var id = cloud.shared(4);
        attachServed(id, FIRST);
        attachServed(id, SECOND);
        cloud.observed(FIRST, List.of(id));
        cloud.observed(SECOND, List.of(id));
        var kept = only(cloud.desired(SECOND)).getExport().getName();
        cloud.holders.told.clear();

        assertEquals("MissingParameter", code(() -> detach(id, null, false)));
        detach(id, FIRST, false);
        assertEquals("in-use " + FIRST + " detaching " + SECOND + " attached", state(id));
        assertTrue(cloud.desired(FIRST).isEmpty());
        cloud.observed(FIRST, List.of());
        assertEquals("in-use " + SECOND + " attached", state(id));
        cloud.eventually(
                "the other is served alone",
                () -> cloud.ebs.told(id).getSharedExportNamesList().equals(List.of(kept)));
        assertFalse(cloud.holders.told.contains(SECOND));
        assertEquals(kept, only(cloud.desired(SECOND)).getExport().getName());
        detach(id, SECOND, true);
        assertEquals("available", state(id));
        cloud.eventually("it is served to nobody", () -> cloud.ebs.told(id).getSharedExportNamesCount() == 0);
    }

    /** Otherwise a volume's storage daemon would let in a host that has no instance with it, or not the one that has. */
    @Test
    void theStorageIsToldWhichHostsMayOpenAVolume() {
        cloud.ebs.tlsAddress = "volumes.us-east-1a@192.0.2.1:10810";
        var id = cloud.shared(4);
        cloud.holders.hosts.put(FIRST, HOST);
        attachServed(id, FIRST);
        attachServed(id, SECOND);
        var first = only(cloud.desired(FIRST)).getExport().getName();
        var second = only(cloud.desired(SECOND)).getExport().getName();
        // The other one has not run yet: its launch may still go from host to host.
        assertEquals(Map.of(first, HOST), hosts(id));
        cloud.holders.hosts.put(SECOND, OTHER_HOST);
        DATABASE.run(entities -> cloud.book.moved(entities, List.of(SECOND)));
        cloud.eventually("it is told", () -> hosts(id).equals(Map.of(first, HOST, second, OTHER_HOST)));
        cloud.holders.hosts.put(FIRST, OTHER_HOST);
        DATABASE.run(entities -> cloud.book.moved(entities, List.of(FIRST)));
        cloud.eventually("it has moved", () -> hosts(id).equals(Map.of(first, OTHER_HOST, second, OTHER_HOST)));
        settledRow(id);
        assertEquals(List.of(), cloud.holders.told, "nothing has changed for the hosts");

        // Nobody dials in from elsewhere where volumes are served at Unix sockets: nothing need be told.
        cloud.ebs.tlsAddress = "";
        var near = cloud.available(4, null);
        attachServed(near, THIRD);
        var generation = cloud.ebs.told(near).getGeneration();
        DATABASE.run(entities -> cloud.book.moved(entities, List.of(THIRD)));
        DATABASE.run(entities -> {
            var row = entities.find(VolumeRow.class, near);
            assertTrue(row.isSettled());
            assertEquals(generation, row.generation());
        });
    }

    private void settledRow(String id) {
        cloud.eventually(
                "nothing is left to be told",
                () -> DATABASE.call(
                        entities -> entities.find(VolumeRow.class, id).isSettled()));
    }

    /** The hosts that the storage was told of, by export. */
    private Map<String, String> hosts(String id) {
        return cloud.ebs.told(id).getExportHostsList().stream()
                .collect(Collectors.toMap(ExportHost::getExportName, ExportHost::getNodeId));
    }

    @Test
    void theLastInstanceThatEndsDecidesWhetherTheVolumeGoes() {
        var id = cloud.shared(4);
        attachServed(id, FIRST);
        attachServed(id, SECOND);
        DATABASE.run(entities -> cloud.book.ofVolume(entities, id).forEach(each -> each.deleteOnTermination(true)));
        DATABASE.run(entities -> cloud.book.ended(entities, List.of(FIRST)));
        assertEquals("in-use " + SECOND + " attaching", state(id));
        DATABASE.run(entities -> cloud.book.ended(entities, List.of(SECOND)));
        cloud.eventually("it is deleted", () -> state(id).equals("gone"));

        var kept = cloud.shared(4);
        attachServed(kept, FIRST);
        attachServed(kept, SECOND);
        DATABASE.run(entities -> cloud.book.ofVolume(entities, kept).getFirst().deleteOnTermination(true));
        DATABASE.run(entities -> cloud.book.ended(entities, List.of(FIRST, SECOND)));
        assertEquals("available", state(kept));
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        assertEquals("InvalidParameterCombination", code(() -> cloud.shared("gp3", 4)));
        var id = cloud.shared("io1", 4);
        assertEquals("InvalidParameterCombination", code(() -> cloud.attach(id, FIRST, "/dev/sda1")));
        for (int i = 0; i < 16; i++) {
            cloud.attach(id, "i-%017x".formatted(i), DEVICE);
        }
        assertEquals("AttachmentLimitExceeded", code(() -> cloud.attach(id, FIRST, DEVICE)));
        assertEquals("InvalidParameterCombination", code(() -> modify(id, false, null)));
        cloud.holders.zone = "us-east-1b";
        assertEquals("InvalidVolume.ZoneMismatch", code(() -> cloud.attach(cloud.shared(4), FIRST, DEVICE)));
    }

    @Test
    void sharingIsSwitchedOnAndOffWhileOneInstanceHasTheVolume() {
        var plain = cloud.available(4, null);
        assertEquals("InvalidParameterCombination", code(() -> modify(plain, true, null)));
        modify(plain, null, "io2");
        settled(plain);
        cloud.attach(plain, FIRST, DEVICE);
        assertEquals("VolumeInUse", code(() -> cloud.attach(plain, SECOND, DEVICE)));
        var change = modify(plain, true, null);
        assertFalse(change.originalMultiAttachEnabled());
        assertTrue(change.targetMultiAttachEnabled());
        settled(plain);
        cloud.eventually(
                "it is served to those who share it",
                () -> cloud.ebs.told(plain).getSharedExportNamesCount() == 1);
        cloud.attach(plain, SECOND, DEVICE);
        assertEquals("IncorrectState", code(() -> modify(plain, false, null)));
        assertEquals("InvalidParameterCombination", code(() -> modify(plain, null, "gp3")));
        detach(plain, FIRST, true);
        modify(plain, false, null);
        settled(plain);
        assertEquals(
                only(cloud.desired(SECOND)).getExport().getName(),
                cloud.ebs.told(plain).getExportName());
    }

    private void settled(String id) {
        cloud.eventually(
                "it is changed",
                () -> DATABASE.call(
                        entities -> !entities.find(ModificationRow.class, id).underWay()
                                && entities.find(VolumeRow.class, id).isSettled()));
    }

    private VolumeModification modify(String id, @Nullable Boolean multiAttach, @Nullable String type) {
        return modifications
                .modify(
                        TestRequests.by(ALICE, "ModifyVolume"),
                        ModifyVolumeRequest.builder()
                                .volumeId(id)
                                .multiAttachEnabled(multiAttach)
                                .volumeType(type)
                                .iops("io2".equals(type) ? 100 : null)
                                .build())
                .volumeModification();
    }

    private void attachServed(String id, String instance) {
        cloud.attach(id, instance, DEVICE);
        cloud.eventually("it is served", () -> cloud.holders.told.contains(instance));
        cloud.holders.told.clear();
    }

    private static AttachedVolume only(List<AttachedVolume> volumes) {
        assertEquals(1, volumes.size());
        return volumes.getFirst();
    }

    private void detach(String volume, @Nullable String instance, boolean force) {
        cloud.attachments.detach(
                TestRequests.by(ALICE, "DetachVolume"),
                DetachVolumeRequest.builder()
                        .volumeId(volume)
                        .instanceId(instance)
                        .force(force)
                        .build());
    }

    /** The instances that have the volumes that this filter selects. */
    private List<String> listed(String filter, String value) {
        return queries
                .volumes(
                        TestRequests.by(ALICE, "DescribeVolumes"),
                        DescribeVolumesRequest.builder()
                                .filters(Filter.builder()
                                        .name(filter)
                                        .values(value)
                                        .build())
                                .build())
                .volumes()
                .stream()
                .flatMap(volume -> volume.attachments().stream())
                .map(each -> String.valueOf(each.instanceId()))
                .toList();
    }

    private String state(String id) {
        return cloud.store.list(ALICE, List.of(id), null, 1).stream()
                .map(volume -> volume.attachments().stream()
                        .map(each ->
                                " " + each.instanceId() + " " + each.state().text())
                        .reduce(volume.state().text(), String::concat))
                .findFirst()
                .orElse("gone");
    }
}
