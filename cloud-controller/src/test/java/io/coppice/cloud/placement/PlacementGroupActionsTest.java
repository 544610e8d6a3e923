package io.coppice.cloud.placement;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.compute.TestInstances;
import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreatePlacementGroupRequest;
import software.amazon.awssdk.services.ec2.model.DescribePlacementGroupsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.PlacementGroup;

/** If this fails, a placement group promises what the scheduler does not keep, or its strategy is forgotten. */
class PlacementGroupActionsTest {
    private static final TestDatabase DATABASE =
            TestDatabase.start(PlacementGroupRow.class, TestInstances.ENTITY, TestTags.ENTITY);
    private final StoredPlacementGroups stored = new StoredPlacementGroups(DATABASE);
    private final PlacementGroupActions actions = new PlacementGroupActions(
            DATABASE,
            stored,
            TestTags.in(DATABASE),
            new RecordingEventLog(),
            () -> 100,
            TestSite.config(),
            Clock.systemUTC());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("placement_groups");
    }

    @Test
    void everyStrategyIsToldAsItWasAskedFor() {
        var cluster = create(request -> request.groupName("close"));
        assertEquals("cluster", cluster.strategyAsString(), "what AWS takes when nothing is said");
        assertNull(cluster.spreadLevelAsString());
        var spread = create(request -> request.groupName("apart").strategy("spread"));
        assertEquals("host", spread.spreadLevelAsString());
        var usual = create(request -> request.groupName("two").strategy("partition"));
        assertEquals(2, usual.partitionCount());
        create(request -> request.groupName("seven").strategy("partition").partitionCount(7));
        var seen = actions.describe(
                        TestRequests.by(ALICE, "DescribePlacementGroups"),
                        DescribePlacementGroupsRequest.builder()
                                .filters(Filter.builder()
                                        .name("strategy")
                                        .values("partition")
                                        .build())
                                .build())
                .placementGroups();
        assertEquals(
                List.of("seven", "two"),
                seen.stream().map(PlacementGroup::groupName).toList());
        assertEquals(7, seen.getFirst().partitionCount());
        assertEquals(
                PlacementStrategy.PARTITION,
                stored.require(ALICE, "seven", null).strategy());
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        refused("UnsupportedOperation", request -> request.strategy("spread").spreadLevel("rack"));
        refused("InvalidParameterCombination", request -> request.strategy("cluster")
                .spreadLevel("host"));
        refused("InvalidParameterCombination", request -> request.strategy("spread")
                .partitionCount(2));
        refused("InvalidParameterValue", request -> request.strategy("partition")
                .partitionCount(8));
        refused("InvalidParameterValue", request -> request.strategy("partition")
                .partitionCount(0));
        refused("InvalidParameterValue", request -> request.strategy("scatter"));
    }

    private PlacementGroup create(Consumer<CreatePlacementGroupRequest.Builder> changes) {
        var request = CreatePlacementGroupRequest.builder();
        changes.accept(request);
        return actions.create(TestRequests.by(ALICE, "CreatePlacementGroup"), request.build())
                .placementGroup();
    }

    private void refused(String code, Consumer<CreatePlacementGroupRequest.Builder> changes) {
        assertEquals(
                code,
                assertThrows(AwsException.class, () -> create(changes.andThen(request -> request.groupName("x"))))
                        .code());
    }
}
