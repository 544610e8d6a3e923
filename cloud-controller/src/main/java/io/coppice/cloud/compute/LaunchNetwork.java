package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How instances are connected: a flat network for all, or virtual private clouds. Every method belongs in the caller's
 * transaction. Thread-safe.
 */
interface LaunchNetwork {
    /** Whether instances have one interface that is part of their row. */
    boolean flat();

    /** What a launch asks of the network, looked up; throws as AWS does for what is not there. */
    Wanted wanted(EntityManager entities, AccountId account, LaunchCommand command, InstanceTypes.Type type);

    /** Connects new instances; gives each its connection by its id. Throws when addresses are used up. */
    Map<String, Connection> connect(EntityManager entities, List<Share> shares);

    /** Gives back what these instances had, since they are gone. */
    void release(EntityManager entities, Collection<String> instanceIds);

    /** The interfaces of these instances, by instance; none where their rows say all. */
    Map<String, List<InterfaceFacts>> interfaces(EntityManager entities, Collection<String> instanceIds);

    /** Reads the interfaces of these instances, which answers tell of. */
    default void load(EntityManager entities, Collection<Instance> instances) {
        var found = interfaces(entities, instances.stream().map(row -> row.id).toList());
        instances.forEach(row -> row.interfaces = found.getOrDefault(row.id, List.of()));
    }

    /** What the hosts of these instances must know of their interfaces, by instance; empty where their rows say all. */
    Map<String, Endpoints> endpoints(EntityManager entities, Collection<Instance> instances);

    /** Puts a locked instance into other groups; throws as AWS does for what is not there. */
    void regroup(EntityManager entities, Instance instance, List<String> groups);

    /** Whether packets that are not the locked instance's own are dropped. */
    void checkSourceDest(EntityManager entities, Instance instance, boolean check);

    /** What {@link #wanted} has found for one launch. */
    sealed interface Wanted permits FlatNetwork.FlatWanted, VpcNetwork.VpcWanted {
        /** How the network names instances of launches that do not say it. */
        NameOptions usualNames();
    }

    /** The new instances of one launch. */
    record Share(Wanted wanted, List<String> instanceIds) {
        /** Keeps its own copies. */
        public Share {
            instanceIds = List.copyOf(instanceIds);
        }
    }

    /**
     * The connection of a new instance.
     *
     * @param primary its first interface
     * @param newInterfaceIds all interfaces that were made for it
     */
    record Connection(InstanceNetwork primary, List<String> newInterfaceIds) {
        /** Keeps its own copies. */
        public Connection {
            newInterfaceIds = List.copyOf(newInterfaceIds);
        }
    }

    /**
     * An instance's interfaces in the words of the seam to the zone.
     *
     * @param groupNames of its primary interface
     */
    record Endpoints(List<io.coppice.proto.compute.v1.NetworkEndpoint> all, List<String> groupNames) {
        /** Keeps its own copies. */
        public Endpoints {
            all = List.copyOf(all);
            groupNames = List.copyOf(groupNames);
        }
    }
}
