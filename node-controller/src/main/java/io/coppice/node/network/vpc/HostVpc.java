package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.node.network.OpenFlow;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * One VPC as a host has a part in it, whatever carries its packets. What it is told is written down first, so that what failed is
 * made good by the next change or repair. Thread-safe; VPCs do not wait for each other.
 */
public interface HostVpc {
    /** The VPC as it should be from now on; older than what is known is ignored. */
    void apply(Vpc vpc) throws IOException;

    /** Where interfaces are from now on, by these updates in their order; false when one before them or among them was lost. */
    boolean apply(List<EndpointUpdate> updates) throws IOException;

    /** What the packets of this VPC follow now. Never waits. */
    Followed followed();

    /**
     * Makes the instance's interfaces in this VPC these; what the hypervisor must know of them.
     *
     * @param arriving whether its guest still runs on another host, which has its packets until it has arrived
     */
    List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> endpoints, boolean arriving) throws IOException;

    /** Whether the instance has interfaces in this VPC on this host. */
    boolean carries(InstanceId instance);

    /** Plugs the instance's devices in, guarded from the first frame on; they must be there. */
    void attached(InstanceId instance) throws IOException;

    /**
     * Has packets for the instance come here.
     *
     * @param flows connections that go on, as the host that it comes from knew them
     */
    void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException;

    /** Tells how the instance reaches the metadata service. */
    void open(InstanceId instance, Reach reach) throws IOException;

    /**
     * Looks at what is there and puts right what differs.
     *
     * @param hostDevices devices of the host's namespace, among which guests' devices may wait
     */
    void repair(Set<String> hostDevices) throws IOException;

    /** Whether nothing of the VPC is left here or known. */
    boolean isOver();

    /** Takes back what is this host's and forgets the VPC. */
    void remove() throws IOException;
}
