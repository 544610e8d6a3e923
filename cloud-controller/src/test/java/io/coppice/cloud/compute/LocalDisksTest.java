package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.localdisk.LocalMappings;
import io.coppice.cloud.localdisk.LocalStorage;
import io.coppice.cloud.localdisk.MappedDisk;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.wire.error.AwsException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;

/** If this fails, an instance has not the disks of its host that its type and its launch promise, or has others. */
class LocalDisksTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void anInstanceHasTheDisksThatAreMappedAndThatItsTypeHas() {
        var id = launch(local("/dev/sdb", "ephemeral0"), local("/dev/sdc", "swap"), local("/dev/sdd", "ephemeral7"));
        assertEquals(
                List.of(disk("ephemeral0", "/dev/sdb", 8 * 1024), disk("swap", "/dev/sdc", 256)),
                told(id),
                "the eighth disk is one that the type has not got: AWS says nothing of it either");
        assertEquals(1, shownDisks(id), "disks of the host are no volumes");
        assertEquals(List.of(), told(cloud.runOne()), "nothing was mapped");
    }

    @Test
    void anotherTypeHasOtherDisksUnderTheSameNames() {
        var id = launch(local("/dev/sdb", "ephemeral0"), local("/dev/sdc", "ephemeral1"));
        assertEquals(1, told(id).size());
        var larger = new InstanceTypes.Type("m1.large", 2, 1024, 0, 1, 1, new LocalStorage(2, 16, 0, false));
        var machine = cloud.row(id).machine.resized(larger);
        assertEquals(
                List.of(16 * 1024L, 16 * 1024L),
                machine.disks().stream()
                        .map(io.coppice.cloud.localdisk.LocalDisk::mib)
                        .toList());
        var none = machine.resized(new InstanceTypes.Type("t1.micro", 1, 128, 0));
        assertEquals(0, none.disks().getFirst().mib());
        assertEquals(8 * 1024L, none.resized(small()).disks().getFirst().mib());
    }

    @Test
    void aLaunchSaysOtherwiseThanItsImage() {
        var ofImage = List.of(new MappedDisk("ephemeral0", "/dev/sdb"), new MappedDisk("ephemeral1", "/dev/sdc"));
        assertEquals(ofImage, LocalMappings.over(ofImage, List.of()));
        assertEquals(
                List.of(new MappedDisk("ephemeral1", "/dev/sdc")),
                LocalMappings.over(
                        ofImage, List.of(mapping(m -> m.deviceName("xvdb").noDevice("")))));
        assertEquals(
                List.of(new MappedDisk("ephemeral1", "/dev/sdc")),
                LocalMappings.over(
                        ofImage, List.of(mapping(m -> m.deviceName("/dev/sdb").ebs(ebs -> ebs.volumeSize(1))))));
        assertEquals(
                List.of(new MappedDisk("ephemeral1", "/dev/sdc"), new MappedDisk("ephemeral0", "/dev/sdf")),
                LocalMappings.over(ofImage, List.of(local("/dev/sdf", "ephemeral0"))));
    }

    @Test
    void whatCannotBeMappedIsRefused() {
        refused(local("/dev/sdb", "ephemeral24"));
        refused(local("/dev/sdb", "ephemeral01"));
        refused(local("/dev/sdb", "../root"));
        refused(local("/dev/sda1", "ephemeral0"));
        refused(local("/dev/sdb", "ephemeral0"), local("/dev/sdc", "ephemeral0"));
        refused(local("/dev/sdb", "ephemeral0"), local("/dev/xvdb", "ephemeral1"));
        refused(local("/dev/sdb", "ephemeral0").toBuilder()
                .ebs(ebs -> ebs.volumeSize(1))
                .build());
    }

    private void refused(BlockDeviceMapping... mappings) {
        var refusal = assertThrows(AwsException.class, () -> launch(mappings));
        assertEquals("InvalidBlockDeviceMapping", refusal.code(), refusal.getMessage());
    }

    private String launch(BlockDeviceMapping... mappings) {
        return cloud.run(run -> run.instanceType("m1.small").blockDeviceMappings(mappings))
                .instances()
                .getFirst()
                .instanceId();
    }

    private List<LocalDisk> told(String id) {
        return DesiredInstances.of(cloud.row(id), "us-east-1", "", null, List.of())
                .getMachine()
                .getLocalDisksList();
    }

    private int shownDisks(String id) {
        return cloud.describe(each -> each.instanceIds(id))
                .getFirst()
                .blockDeviceMappings()
                .size();
    }

    private static InstanceTypes.Type small() {
        return new InstanceTypes.Type("m1.small", 1, 256, 0, 1, 1, CloudFixture.STORAGE);
    }

    private static BlockDeviceMapping local(String device, String name) {
        return mapping(each -> each.deviceName(device).virtualName(name));
    }

    private static BlockDeviceMapping mapping(Consumer<BlockDeviceMapping.Builder> content) {
        return BlockDeviceMapping.builder().applyMutation(content).build();
    }

    private static LocalDisk disk(String name, String device, long mib) {
        return LocalDisk.newBuilder()
                .setName(name)
                .setDevice(device)
                .setMib(mib)
                .build();
    }
}
