package io.coppice.cloud.compute;

import io.coppice.cloud.compute.NetworkNames.DefaultNames;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.NetworkInterfaceId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One network for all instances, which every account sees as its default VPC. Thread-safe. */
final class FlatNetwork implements LaunchNetwork {
    private final NetworkNames names;
    private final GuestAddresses addresses;
    private final String zone;

    FlatNetwork(NetworkNames names, GuestAddresses addresses, String zone) {
        this.names = names;
        this.addresses = addresses;
        this.zone = zone;
    }

    /** The account's default network. */
    record FlatWanted(DefaultNames names) implements Wanted {
        @Override
        public NameOptions usualNames() {
            return NameOptions.USUAL;
        }
    }

    @Override
    public boolean flat() {
        return true;
    }

    @Override
    public Wanted wanted(EntityManager entities, AccountId account, LaunchCommand command, InstanceTypes.Type type) {
        var network = names.of(account);
        LaunchNetworks.check(command, network);
        return new FlatWanted(network);
    }

    @Override
    public Map<String, Connection> connect(EntityManager entities, List<Share> shares) {
        var all = shares.stream().flatMap(share -> share.instanceIds().stream()).toList();
        var taken = addresses.take(entities, zone, all);
        var connections = new HashMap<String, Connection>();
        for (var share : shares) {
            var network = ((FlatWanted) share.wanted()).names();
            if (taken.size() < all.size()) {
                throw InstanceErrors.addressesUsedUp(network.subnetId());
            }
            for (var id : share.instanceIds()) {
                var made = connection(network, Objects.requireNonNull(taken.get(id)));
                connections.put(id, new Connection(made, List.of(made.interfaceId())));
            }
        }
        return connections;
    }

    private static InstanceNetwork connection(DefaultNames network, GuestAddresses.Pair addresses) {
        return new InstanceNetwork(
                network.vpcId(),
                network.subnetId(),
                network.securityGroupId(),
                network.securityGroupName(),
                NetworkInterfaceId.random().value(),
                addresses.ipv4(),
                addresses.mac());
    }

    @Override
    public void release(EntityManager entities, Collection<String> instanceIds) {
        addresses.release(entities, instanceIds);
    }

    @Override
    public void regroup(EntityManager entities, Instance instance, List<String> groups) {
        if (!groups.equals(List.of(instance.network.securityGroupId()))) {
            throw InstanceErrors.groupNotFound(groups.getFirst());
        }
    }

    @Override
    public void checkSourceDest(EntityManager entities, Instance instance, boolean check) {
        instance.options = instance.options.withSourceDestCheck(check);
    }

    @Override
    public Map<String, List<InterfaceFacts>> interfaces(EntityManager entities, Collection<String> instanceIds) {
        return Map.of();
    }

    @Override
    public Map<String, Endpoints> endpoints(EntityManager entities, Collection<Instance> instances) {
        return Map.of();
    }
}
