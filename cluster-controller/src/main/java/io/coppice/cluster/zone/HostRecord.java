package io.coppice.cluster.zone;

import io.coppice.cluster.schedule.Demand;
import io.coppice.cluster.schedule.HostLoad;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.PublicNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One host as the zone knows it. Guarded by the zone's lock. */
final class HostRecord implements HostLoad {
    private final NodeId id;
    private final Map<InstanceId, InstanceRecord> instances = new LinkedHashMap<>();
    private Hello hello = Hello.getDefaultInstance();
    private Heartbeat heartbeat = Heartbeat.getDefaultInstance();
    private HostState state = HostState.HOST_STATE_UP;
    private @Nullable HostConnection connection;
    private boolean inventoried;
    private long helloMillis;
    private long heardMillis;
    private PublicNetwork publicNetwork = PublicNetwork.PUBLIC_NETWORK_UNSPECIFIED;
    private Demand total = Demand.NONE;
    private Demand used = Demand.NONE;
    // Kept, because every placement looks at it for every host.
    private Demand free = Demand.NONE;

    HostRecord(NodeId id) {
        this.id = id;
    }

    /** A session of this host begins; an earlier one counts no more. */
    void begin(Hello greeting, HostConnection way, long nowMillis) {
        hello = greeting;
        total = Demand.of(greeting.getCapacity());
        free = total.minus(used);
        connection = way;
        inventoried = false;
        publicNetwork = greeting.getPublicNetwork();
        helloMillis = nowMillis;
        heard(nowMillis);
    }

    /** Any sign of life. True when the host was away before. */
    boolean heard(long nowMillis) {
        heardMillis = nowMillis;
        var wasAway = state != HostState.HOST_STATE_UP;
        state = HostState.HOST_STATE_UP;
        return wasAway;
    }

    /** How it reaches the public network now; whether that is news. One that tells nothing of it stays as it was. */
    boolean publicNetwork(PublicNetwork now) {
        if (now == publicNetwork || now == PublicNetwork.PUBLIC_NETWORK_UNSPECIFIED) {
            return false;
        }
        publicNetwork = now;
        return true;
    }

    /** Whether it may take the public network to other hosts. */
    boolean isPublicGateway() {
        return publicNetwork == PublicNetwork.PUBLIC_NETWORK_HERE
                && isUp()
                && !address().isEmpty();
    }

    /** Whether its public network may be taken to others, now or once its link is back. */
    boolean sharesPublicNetwork() {
        return publicNetwork == PublicNetwork.PUBLIC_NETWORK_HERE || hasLostPublicNetwork();
    }

    boolean hasLostPublicNetwork() {
        return publicNetwork == PublicNetwork.PUBLIC_NETWORK_LOST;
    }

    boolean reachesPublicNetworkByOthers() {
        return publicNetwork == PublicNetwork.PUBLIC_NETWORK_ELSEWHERE;
    }

    /** It said goodbye. */
    void leave() {
        connection = null;
        state = HostState.HOST_STATE_LEFT;
    }

    /** Nothing was heard of it for too long. Its session may still be up and bring it back. */
    void missed() {
        state = HostState.HOST_STATE_UNREACHABLE;
    }

    /** The session ended; whether the host is unreachable, time will tell. */
    void disconnect() {
        connection = null;
    }

    void inventoried() {
        inventoried = true;
    }

    boolean isInventoried() {
        return inventoried;
    }

    /** Whether its inventory is known and still kept up to date. */
    boolean isComplete() {
        return inventoried && connection != null && state == HostState.HOST_STATE_UP;
    }

    /** Whether it dialled in and has not yet told what it has. */
    boolean owesInventory() {
        return connection != null && !inventoried;
    }

    boolean isUp() {
        return state == HostState.HOST_STATE_UP;
    }

    HostState state() {
        return state;
    }

    @Nullable
    HostConnection connection() {
        return connection;
    }

    /** The way to it once it has told what it has; null while it cannot be told of networks. */
    @Nullable
    HostConnection listener() {
        return inventoried ? connection : null;
    }

    /** Its own address on the network between the hosts; empty when it has none. */
    String address() {
        return hello.getAddress();
    }

    /** host:port at which it gives others images; empty when it does not, and does not ask others. */
    String imagePeerAddress() {
        return hello.getImagePeerAddress();
    }

    /** The fsid of the Ceph cluster whose images its guests can have; empty when there is none. */
    String cephCluster() {
        return hello.getCephCluster();
    }

    /** For people. */
    String name() {
        return hello.getHostName();
    }

    /** What it told of its image cache. */
    void heard(Heartbeat told) {
        heartbeat = told;
    }

    /** It is told to fetch this image anew: that it could not before counts no more. */
    void forgetFailure(String sha256) {
        var fetches = heartbeat.getImageFetchesList().stream()
                .filter(fetch ->
                        !fetch.getSha256().equals(sha256) || fetch.getFailure().isEmpty())
                .toList();
        heartbeat = heartbeat.toBuilder()
                .clearImageFetches()
                .addAllImageFetches(fetches)
                .build();
    }

    /** What its image cache holds, as it told last. */
    HostImages images() {
        return HostImages.newBuilder()
                .setNodeId(id.value())
                .setHostName(name())
                .setState(state)
                .setCacheBytes(heartbeat.getImageCacheBytes())
                .addAllCached(heartbeat.getCachedImagesList())
                .addAllFetches(heartbeat.getImageFetchesList())
                .build();
    }

    /** Whether it understands networks as encoded bytes. */
    boolean takesEncodedNetworks() {
        return hello.getTakesEncodedNetworks();
    }

    long helloMillis() {
        return helloMillis;
    }

    long heardMillis() {
        return heardMillis;
    }

    Map<InstanceId, InstanceRecord> instances() {
        return instances;
    }

    void charge(Demand before, Demand after) {
        used = used.minus(before).plus(after);
        free = total.minus(used);
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public boolean schedulable() {
        return isComplete();
    }

    @Override
    public Demand total() {
        return total;
    }

    @Override
    public Demand free() {
        return free;
    }

    Host toProto(String zone) {
        return Host.newBuilder()
                .setNodeId(id.value())
                .setHostName(hello.getHostName())
                .setZone(zone)
                .setState(state)
                .setCapacity(total.toCapacity())
                .setUsed(used.toCapacity())
                .setInstanceCount(instances.size())
                .setHypervisor(hello.getHypervisor())
                .setLastHeartbeatMillis(heardMillis)
                .setVersion(hello.getVersion())
                .setCephCluster(hello.getCephCluster())
                .build();
    }
}
