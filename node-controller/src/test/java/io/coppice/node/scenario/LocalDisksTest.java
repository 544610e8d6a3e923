package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed, a host would promise its disk twice, or keep the local disks of a guest that was stopped. */
class LocalDisksTest extends ZoneScenario {
    private static final long LOCAL_MIB = 2048;

    @Test
    void localDisksTakeOfTheHostAndGoWhenTheInstanceStops() throws IOException {
        var host = zone.host();
        var disks = host.simulation().drivers().disks();
        var before = disks.freeMib();
        var plain = ZoneFixture.wish(InstanceId.random(), 1, 512);
        var wish = plain.toBuilder()
                .setMachine(plain.getMachine().toBuilder()
                        .addLocalDisks(LocalDisk.newBuilder()
                                .setName("ephemeral0")
                                .setDevice("/dev/sdb")
                                .setMib(LOCAL_MIB)))
                .build();
        zone.cloud().apply(List.of(wish));
        var instance = new ZoneFixture.InstanceFixture(zone.cloud(), new InstanceId(wish.getInstanceId()));
        instance.becomes(Phase.PHASE_RUNNING);
        var root = wish.getMachine().getRootDiskMib();
        assertEquals(root + LOCAL_MIB, before - disks.freeMib());
        eventually("the zone accounts for them", () -> usedDiskMib() == root + LOCAL_MIB);
        instance.change(PowerState.POWER_STATE_STOPPED);
        instance.becomes(Phase.PHASE_STOPPED);
        assertEquals(root, before - disks.freeMib(), "only the root disk outlives a stop");
        assertEquals(root + LOCAL_MIB, usedDiskMib(), "there must be room for a start on the same host");
        instance.change(PowerState.POWER_STATE_RUNNING);
        eventually("it has disks again", () -> before - disks.freeMib() == root + LOCAL_MIB);
        instance.terminate();
        instance.becomes(Phase.PHASE_GONE);
        assertEquals(before, disks.freeMib());
    }

    private long usedDiskMib() {
        return zone.cloud().hosts().getFirst().getUsed().getDiskMib();
    }
}
