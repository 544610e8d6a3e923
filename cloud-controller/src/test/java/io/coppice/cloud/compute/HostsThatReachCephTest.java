package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostState;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this failed, a volume would be given as an image in Ceph to a host that cannot open it, and stay attaching. */
class HostsThatReachCephTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();

    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final InstanceVolumeHolders holders = new InstanceVolumeHolders(DATABASE, zone -> {});

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
        DATABASE.truncate("hosts");
    }

    private static void host(String id, HostState state, String cluster) {
        DATABASE.run(entities -> new HostRows(Clock.systemUTC())
                .save(
                        entities,
                        Host.newBuilder()
                                .setNodeId(id)
                                .setZone(CloudFixture.ZONE)
                                .setState(state)
                                .setCephCluster(cluster)
                                .build()));
    }

    private String cluster(String instance) {
        return DATABASE.call(entities -> holders.cephCluster(entities, instance, CloudFixture.ZONE));
    }

    @Test
    void anInstanceWithAHostHasThatOnesCluster() {
        host("n-1", HostState.HOST_STATE_UP, "one");
        host("n-2", HostState.HOST_STATE_UP, "");
        var instance = cloud.runOne();
        move(instance, "n-1");
        assertEquals("one", cluster(instance));
        move(instance, "n-2");
        assertEquals("", cluster(instance));
        host("n-2", HostState.HOST_STATE_UP, "two");
        assertEquals("two", cluster(instance));
    }

    private static void move(String instance, String node) {
        DATABASE.run(entities -> entities.createQuery("update Instance i set i.nodeId = :node where i.id = :id")
                .setParameter("node", node)
                .setParameter("id", instance)
                .executeUpdate());
    }

    @Test
    void oneThatIsToFindAHostHasTheClusterThatAllReachThatMayBecomeIt() {
        var instance = cloud.runOne();
        assertEquals("", cluster(instance));
        host("n-1", HostState.HOST_STATE_UP, "one");
        host("n-2", HostState.HOST_STATE_UNREACHABLE, "");
        assertEquals("one", cluster(instance));
        host("n-3", HostState.HOST_STATE_UP, "one");
        assertEquals("one", cluster(instance));
        host("n-2", HostState.HOST_STATE_UP, "");
        assertEquals("", cluster(instance));
    }
}
