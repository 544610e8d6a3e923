package io.coppice.cloud.volume;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static io.coppice.cloud.volume.VolumeFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesModificationsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVolumeRequest;

/** If this fails, a volume that is to grow does not, or is said to be larger than it is. */
class ModificationsTest {
    private static final TestDatabase DATABASE = VolumeFixture.startDatabase();

    private final VolumeFixture cloud = new VolumeFixture(DATABASE);
    private final ModificationActions actions = new ModificationActions(
            DATABASE,
            cloud.store,
            cloud.shapes,
            cloud.keeper,
            new Pages(new PageTokens(() -> new byte[32])),
            Clock.systemUTC());

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
    void aVolumeGrowsAndNeverShrinks() {
        var id = cloud.available(2, null);
        modify(ALICE, id, 5);
        cloud.eventually("it has grown", () -> state(id).equals("completed"));
        assertEquals(5, cloud.ebs.told(id).getSizeGib());
        assertEquals(5, size(id));
        assertEquals("InvalidParameterValue", code(() -> modify(ALICE, id, 4)));
        assertEquals("VolumeLimitExceeded", code(() -> modify(ALICE, id, 101)));
        assertEquals("InvalidVolume.NotFound", code(() -> modify(BOB, id, 6)));
    }

    @Test
    void whatCannotGrowStaysAsItWas() {
        var id = cloud.available(2, null);
        cloud.ebs.failure = "the disk is full";
        modify(ALICE, id, 5);
        cloud.eventually("it has failed", () -> state(id).equals("failed"));
        cloud.ebs.failure = "";
        cloud.eventually(
                "it is as before", () -> size(id) == 2 && cloud.ebs.told(id).getSizeGib() == 2);
    }

    @Test
    void theInstanceThatHasItIsToldOfItsSize() {
        var instance = "i-0123456789abcdef0";
        var id = cloud.available(2, null);
        cloud.attach(id, instance, "/dev/sdf");
        cloud.eventually("it is served", () -> cloud.holders.told.contains(instance));
        assertEquals(2, cloud.desired(instance).getFirst().getSizeGib());
        cloud.holders.told.clear();
        modify(ALICE, id, 5);
        cloud.eventually("its instance is told", () -> cloud.holders.told.contains(instance));
        assertEquals("completed", state(id));
        assertEquals(5, cloud.desired(instance).getFirst().getSizeGib());
    }

    /** Its QEMU would make the volume larger by itself, whatever room there is. */
    @Test
    void aHostThatOpensAVolumeItselfIsToldOfItsSizeOnceItHasGrown() {
        var instance = "i-0123456789abcdef0";
        cloud.holders.cephCluster = "d651a03c";
        var id = cloud.available(2, null);
        cloud.attach(id, instance, "/dev/sdf");
        cloud.eventually("it is served", () -> cloud.holders.told.contains(instance));
        cloud.ebs.hold = true;
        modify(ALICE, id, 5);
        cloud.eventually("the EBS controller is told", () -> cloud.ebs.told(id).getSizeGib() == 5);
        assertEquals(2, cloud.desired(instance).getFirst().getSizeGib());
        cloud.ebs.release();
        cloud.eventually("it has grown", () -> state(id).equals("completed"));
        assertEquals(5, cloud.desired(instance).getFirst().getSizeGib());
    }

    /** Its host could not be told to have it in another way. */
    @Test
    void aVolumeThatItsHostOpensItselfStaysOneInstances() {
        cloud.holders.cephCluster = "d651a03c";
        var id = cloud.volumes
                .create(
                        TestRequests.by(ALICE, "CreateVolume"),
                        CreateVolumeRequest.builder()
                                .availabilityZone("us-east-1a")
                                .size(4)
                                .volumeType("io2")
                                .iops(100)
                                .build())
                .volumeId();
        cloud.eventually("it is made", () -> cloud.ebs.told(id).getSizeGib() == 4);
        cloud.eventually("it can be attached", () -> attaches(id));
        var sharing = ModifyVolumeRequest.builder()
                .volumeId(id)
                .multiAttachEnabled(true)
                .build();
        assertEquals("IncorrectState", code(() -> actions.modify(TestRequests.by(ALICE, "ModifyVolume"), sharing)));
    }

    private boolean attaches(String id) {
        try {
            cloud.attach(id, "i-0123456789abcdef0", "/dev/sdf");
            return true;
        } catch (AwsException e) {
            return false;
        }
    }

    private void modify(AccountId account, String id, int gib) {
        actions.modify(
                TestRequests.by(account, "ModifyVolume"),
                ModifyVolumeRequest.builder().volumeId(id).size(gib).build());
    }

    private String state(String id) {
        return actions.describe(
                        TestRequests.by(ALICE, "DescribeVolumesModifications"),
                        DescribeVolumesModificationsRequest.builder()
                                .volumeIds(id)
                                .build())
                .volumesModifications()
                .getFirst()
                .modificationStateAsString();
    }

    private int size(String id) {
        return cloud.store.list(ALICE, List.of(id), null, 1).getFirst().shape().sizeGib();
    }
}
