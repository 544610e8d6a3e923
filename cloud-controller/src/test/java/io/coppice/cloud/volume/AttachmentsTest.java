package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static io.coppice.cloud.volume.VolumeFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.ebs.v1.CephImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DetachVolumeRequest;

/** If this fails, a volume is at two instances, at none, or stays where its user no longer wants it. */
class AttachmentsTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();
    private static final String INSTANCE = "i-0123456789abcdef0";
    private static final String OTHER = "i-0123456789abcdef1";

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);

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
    void aVolumeGoesToAnInstanceAndComesBack() {
        var id = cloud.available(1, null);
        assertEquals("attaching", cloud.attach(id, INSTANCE, "/dev/sdf"));
        cloud.eventually("it is served", () -> cloud.holders.told.contains(INSTANCE));
        var wish = cloud.desired(INSTANCE).getFirst();
        assertEquals(id, wish.getVolumeId());
        assertEquals("/run/" + id, wish.getExport().getUnixPath());
        assertEquals(cloud.ebs.told(id).getExportName(), wish.getExport().getName());
        assertEquals("in-use attaching", state(id));

        cloud.observed(INSTANCE, List.of());
        assertEquals("in-use attaching", state(id));
        cloud.observed(INSTANCE, List.of(id));
        assertEquals("in-use attached", state(id));
        assertEquals("VolumeInUse", code(() -> cloud.attach(id, OTHER, "/dev/sdf")));

        detach(id, INSTANCE, false);
        assertEquals("in-use detaching", state(id));
        assertTrue(cloud.desired(INSTANCE).isEmpty());
        cloud.observed(INSTANCE, List.of(id));
        assertEquals("in-use detaching", state(id));
        cloud.observed(INSTANCE, List.of());
        assertEquals("available", state(id));
        cloud.eventually(
                "it is served no more", () -> cloud.ebs.told(id).getExportName().isEmpty());
        assertEquals("IncorrectState", code(() -> detach(id, INSTANCE, false)));
    }

    @Test
    void everyAttachmentHasANameOfItsOwn() {
        var id = cloud.available(1, null);
        cloud.attach(id, INSTANCE, "/dev/sdf");
        cloud.eventually(
                "it is served", () -> !cloud.ebs.told(id).getExportName().isEmpty());
        var first = cloud.ebs.told(id).getExportName();
        detach(id, INSTANCE, true);
        assertEquals("available", state(id));
        cloud.attach(id, OTHER, "/dev/sdf");
        cloud.eventually("it is served anew", () -> !List.of("", first)
                .contains(cloud.ebs.told(id).getExportName()));
        assertNotEquals(first, cloud.ebs.told(id).getExportName());
    }

    @Test
    void aHostThatReachesCephIsToldTheImageAndWhatSeveralHaveIsServed() {
        cloud.holders.cephCluster = "d651a03c";
        var id = cloud.available(1, null);
        var shared = cloud.shared(4);
        cloud.attach(id, INSTANCE, "/dev/sdf");
        cloud.attach(shared, INSTANCE, "/dev/sdg");
        cloud.eventually("both are served", () -> cloud.desired(INSTANCE).size() == 2);
        var image = cloud.desired(INSTANCE).getFirst().getExport();
        assertEquals("d651a03c pool " + id + ".x", text(image.getCephImage()));
        assertEquals("", image.getUnixPath());
        assertEquals(cloud.ebs.told(id).getExportName(), image.getName());
        assertFalse(cloud.desired(INSTANCE).getLast().getExport().hasCephImage());
        assertEquals("", cloud.ebs.told(shared).getCephCluster());

        // As with a host that has come to reach none: who has it goes on as he began.
        cloud.holders.cephCluster = "";
        detach(shared, INSTANCE, true);
        assertTrue(cloud.desired(INSTANCE).getFirst().getExport().hasCephImage());
        detach(id, INSTANCE, true);
        cloud.eventually(
                "it is nobody's", () -> cloud.ebs.told(id).getExportName().isEmpty());
        assertEquals("", cloud.ebs.told(id).getCephCluster());
        cloud.attach(id, OTHER, "/dev/sdf");
        cloud.eventually("it is served", () -> cloud.desired(OTHER).size() == 1);
        assertEquals("/run/" + id, cloud.desired(OTHER).getFirst().getExport().getUnixPath());
    }

    private static String text(CephImage image) {
        return image.getCluster() + " " + image.getPool() + " " + image.getImage();
    }

    @Test
    void refusesByTheRulesOfAws() {
        var id = cloud.available(1, null);
        var second = cloud.available(1, null);
        assertEquals("InvalidVolume.NotFound", code(() -> cloud.attach(BOB, id, INSTANCE, "/dev/sdf")));
        assertEquals("InvalidParameterValue", code(() -> cloud.attach(id, INSTANCE, "/etc/passwd")));
        assertEquals("InvalidParameterValue", code(() -> cloud.attach(id, INSTANCE, "/dev/sda")));
        cloud.holders.localDevices = List.of("/dev/sdk");
        assertEquals("InvalidParameterValue", code(() -> cloud.attach(id, INSTANCE, "/dev/xvdk")));
        cloud.holders.zone = "us-east-1b";
        assertEquals("InvalidVolume.ZoneMismatch", code(() -> cloud.attach(id, INSTANCE, "/dev/sdf")));
        cloud.holders.zone = "us-east-1a";
        cloud.holders.state = "pending";
        assertEquals("IncorrectState", code(() -> cloud.attach(id, INSTANCE, "/dev/sdf")));
        cloud.holders.state = "running";
        cloud.attach(id, INSTANCE, "/dev/sdf");
        assertEquals("InvalidParameterValue", code(() -> cloud.attach(second, INSTANCE, "/dev/xvdf")));
        assertEquals("InvalidAttachment.NotFound", code(() -> detach(id, OTHER, false)));
        assertEquals("VolumeInUse", code(() -> cloud.delete(id)));
        cloud.attach(second, INSTANCE, "/dev/sdg");
        assertEquals("VolumeLimitExceeded", code(() -> {
            cloud.available(1, null);
            cloud.available(1, null);
        }));
    }

    @Test
    void anInstanceThatEndsLetsGoOfItsVolumes() {
        var kept = cloud.available(1, null);
        var gone = cloud.available(1, null);
        cloud.attach(kept, INSTANCE, "/dev/sdf");
        cloud.attach(gone, INSTANCE, "/dev/sdg");
        assertEquals(
                "InvalidInstanceAttributeValue", code(() -> goWith(cloud, Map.of("/dev/sdf", true, "/dev/sdz", true))));
        goWith(cloud, Map.of("/dev/sdf", false, "/dev/sdg", true));
        DATABASE.run(entities -> cloud.book.ended(entities, List.of(INSTANCE)));
        assertEquals("available", state(kept));
        cloud.eventually("it is deleted", () -> state(gone).equals("gone"));
        assertFalse(cloud.ebs.told(kept).getDeleted());
    }

    private static void goWith(VolumeFixture cloud, Map<String, Boolean> byDevice) {
        DATABASE.run(entities -> cloud.book.goWithInstance(entities, INSTANCE, byDevice));
    }

    private void detach(String volume, String instance, boolean force) {
        cloud.attachments.detach(
                TestRequests.by(ALICE, "DetachVolume"),
                DetachVolumeRequest.builder()
                        .volumeId(volume)
                        .instanceId(instance)
                        .force(force)
                        .build());
    }

    private String state(String id) {
        return cloud.store.list(ALICE, List.of(id), null, 1).stream()
                .map(volume -> volume.attachments().stream()
                        .map(each -> " " + each.state().text())
                        .reduce(volume.state().text(), String::concat))
                .findFirst()
                .orElse("gone");
    }
}
