package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.wire.error.AwsException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;

/** If this failed, accounts would get more than their quotas, or be refused what they have given back. */
class LaunchUsageTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE, new LaunchRoom(10, 12, 100_000), CloudFixture.CIDR);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void eachLaunchIsAddedAndNothingIsCounted() {
        cloud.run(3);
        cloud.run(2);
        assertEquals(new LaunchUsage(5, 5, 5 * 256), bound());
        setAll("TERMINATED");
        cloud.run(1);
        assertEquals(new LaunchUsage(6, 6, 6 * 256), bound(), "it fits below the bound: nobody looked");
    }

    @Test
    void whatHasEndedIsGivenBackOnceItIsNeeded() {
        cloud.run(10);
        refused("InstanceLimitExceeded", () -> cloud.run(1));
        setAll("TERMINATED");
        cloud.run(9);
        assertEquals(new LaunchUsage(9, 9, 9 * 256), bound());
        cloud.run(1);
        refused("InstanceLimitExceeded", () -> cloud.run(1));
    }

    @Test
    void aLaunchThatIsRefusedTakesNothing() {
        cloud.run(4);
        refused("InstanceLimitExceeded", () -> cloud.run(7));
        assertEquals(new LaunchUsage(4, 4, 4 * 256), bound());
        cloud.run(6);
    }

    @Test
    void anInstanceOfAnotherTypeTakesWhatThatTakes() {
        var id =
                cloud.run(r -> r.minCount(9).maxCount(9)).instances().getFirst().instanceId();
        setAll("STOPPED");
        cloud.actions
                .attributes()
                .modify(
                        CloudFixture.by("ModifyInstanceAttribute"),
                        ModifyInstanceAttributeRequest.builder()
                                .instanceId(id)
                                .instanceType(type -> type.value("t3.micro"))
                                .build());
        assertEquals(List.of(), bounds(), "counted again at the next launch");
        cloud.run(1);
        assertEquals(new LaunchUsage(10, 11, 9 * 256 + 1024), bound());
    }

    @Test
    void withoutABoundAllAreCounted() {
        cloud.run(9);
        DATABASE.run(entities -> PlainSql.update(entities, "delete from launch_usage"));
        refused("InstanceLimitExceeded", () -> cloud.run(2));
        cloud.run(1);
        assertEquals(new LaunchUsage(10, 10, 10 * 256), bound());
    }

    private static void refused(String code, Executable launch) {
        assertEquals(code, assertThrows(AwsException.class, launch).code());
    }

    private static void setAll(String state) {
        DATABASE.run(entities -> PlainSql.update(entities, "update instances set state = ?", state));
    }

    private static LaunchUsage bound() {
        return bounds().getFirst();
    }

    private static List<LaunchUsage> bounds() {
        return DATABASE.call(entities -> {
            var together = new PlainSql.Together();
            var bound = LaunchUsage.bound(together, TestRequests.ALICE);
            together.run(entities);
            return bound;
        });
    }
}
