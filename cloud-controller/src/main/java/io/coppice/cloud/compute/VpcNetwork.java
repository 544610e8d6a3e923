package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.address.PublicAddresses;
import io.coppice.cloud.network.group.SecurityGroups;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.network.networkinterface.NetworkInterfaces;
import io.coppice.cloud.network.networkinterface.NewInterface;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Virtual private clouds: every instance has interfaces in subnets, which are rows of their own. Thread-safe. */
@ApplicationScoped
class VpcNetwork implements LaunchNetwork {
    private final LaunchInterfaces planner;
    private final NetworkInterfaces interfaces;
    private final PublicAddresses publicAddresses;
    private final SecurityGroups groups;
    private final Subnets subnets;
    private final Vpcs vpcs;
    private final InstanceTypes types;
    private final String region;

    VpcNetwork(
            LaunchInterfaces planner,
            NetworkInterfaces interfaces,
            PublicAddresses publicAddresses,
            SecurityGroups groups,
            Subnets subnets,
            Vpcs vpcs,
            InstanceTypes types,
            SiteConfig site) {
        this.planner = planner;
        this.interfaces = interfaces;
        this.publicAddresses = publicAddresses;
        this.groups = groups;
        this.subnets = subnets;
        this.vpcs = vpcs;
        this.types = types;
        this.region = site.region();
    }

    /**
     * The interfaces that each instance of a launch is to have.
     *
     * @param usualNames of the primary interface's subnet
     */
    record VpcWanted(AccountId account, List<LaunchInterfaces.Planned> interfaces, NameOptions usualNames)
            implements Wanted {
        VpcWanted {
            interfaces = List.copyOf(interfaces);
        }
    }

    @Override
    public boolean flat() {
        return false;
    }

    @Override
    public Wanted wanted(EntityManager entities, AccountId account, LaunchCommand command, InstanceTypes.Type type) {
        var planned = planner.plan(entities, account, command, type);
        return new VpcWanted(account, planned, usualNames(entities, planned.getFirst()));
    }

    private NameOptions usualNames(EntityManager entities, LaunchInterfaces.Planned primary) {
        var subnet =
                switch (primary) {
                    case LaunchInterfaces.Fresh fresh -> fresh.subnet();
                    case LaunchInterfaces.Existing existing -> {
                        var id = existing.facts().subnetId();
                        yield subnets.byId(entities, Set.of(id)).get(id);
                    }
                };
        return subnet == null
                ? NameOptions.USUAL
                : new NameOptions(subnet.resourceNamed(), subnet.ipv4Record(), subnet.ipv6Record());
    }

    /** One interface that is to be made for one instance. */
    private record Order(String instanceId, LaunchInterfaces.Fresh plan) {}

    @Override
    public Map<String, Connection> connect(EntityManager entities, List<Share> shares) {
        var bySubnet = new LinkedHashMap<SubnetRow, List<Order>>();
        var existing = new HashMap<String, InstanceNetwork>();
        for (var share : shares) {
            var wanted = (VpcWanted) share.wanted();
            for (var id : share.instanceIds()) {
                for (var plan : wanted.interfaces()) {
                    switch (plan) {
                        case LaunchInterfaces.Fresh fresh ->
                            bySubnet.computeIfAbsent(fresh.subnet(), any -> new ArrayList<>())
                                    .add(new Order(id, fresh));
                        case LaunchInterfaces.Existing present ->
                            attach(entities, wanted.account(), id, present)
                                    .ifPresent(network -> existing.put(id, network));
                    }
                }
            }
        }
        return made(entities, bySubnet, existing);
    }

    /** Gives the instance's connection when this is its primary interface. */
    private Optional<InstanceNetwork> attach(
            EntityManager entities, AccountId account, String instanceId, LaunchInterfaces.Existing plan) {
        var index = plan.deviceIndex();
        interfaces.attach(entities, account, plan.facts().id(), new NewInterface.Attachment(instanceId, index, false));
        return index == 0 ? Optional.of(network(plan.facts())) : Optional.empty();
    }

    private static InstanceNetwork network(InterfaceFacts facts) {
        var group = facts.groups().getFirst();
        return new InstanceNetwork(
                facts.vpcId(), facts.subnetId(), group.id(), group.name(), facts.id(), facts.primaryIp(), facts.mac());
    }

    private Map<String, Connection> made(
            EntityManager entities, Map<SubnetRow, List<Order>> bySubnet, Map<String, InstanceNetwork> existing) {
        var primary = new HashMap<>(existing);
        var ids = new HashMap<String, List<String>>();
        existing.keySet().forEach(id -> ids.put(id, new ArrayList<>()));
        var publics = new ArrayList<PublicAddresses.Wanted>();
        bySubnet.forEach((subnet, orders) -> {
            var wanted = orders.stream()
                    .map(order -> order.plan().of(order.instanceId()))
                    .toList();
            var made = interfaces.make(entities, subnet, wanted);
            for (var i = 0; i < orders.size(); i++) {
                var order = orders.get(i);
                var one = made.get(i);
                ids.computeIfAbsent(order.instanceId(), any -> new ArrayList<>())
                        .add(one.id());
                if (order.plan().deviceIndex() == 0) {
                    var group = order.plan().groups().getFirst();
                    primary.put(
                            order.instanceId(),
                            new InstanceNetwork(
                                    subnet.vpcId(),
                                    subnet.id(),
                                    group.id(),
                                    group.name(),
                                    one.id(),
                                    one.primaryIp(),
                                    one.mac()));
                }
                if (order.plan().publicAddress()) {
                    publics.add(new PublicAddresses.Wanted(subnet.accountId(), one.id(), one.primaryIp()));
                }
            }
        });
        if (!publicAddresses.take(entities, publics)) {
            throw InstanceErrors.publicAddressesUsedUp();
        }
        return primary.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        each -> new Connection(each.getValue(), ids.getOrDefault(each.getKey(), List.of()))));
    }

    @Override
    public void release(EntityManager entities, Collection<String> instanceIds) {
        interfaces.instancesEnded(entities, instanceIds);
    }

    @Override
    public void regroup(EntityManager entities, Instance instance, List<String> wanted) {
        var only = only(entities, instance);
        interfaces.regroup(
                entities,
                only.id(),
                groups.forInterface(entities, new AccountId(instance.accountId), only.vpcId(), wanted));
        instance.wantAgain();
    }

    @Override
    public void checkSourceDest(EntityManager entities, Instance instance, boolean check) {
        interfaces.checkSourceDest(
                entities,
                new AccountId(instance.accountId),
                only(entities, instance).id(),
                check);
        instance.wantAgain();
    }

    /** The instance's interface; throws {@code InvalidInstanceID} when it has several. */
    private InterfaceFacts only(EntityManager entities, Instance instance) {
        load(entities, List.of(instance));
        if (instance.interfaces.size() > 1) {
            throw InstanceErrors.severalInterfaces(instance.id);
        }
        return instance.interfaces.getFirst();
    }

    @Override
    public Map<String, List<InterfaceFacts>> interfaces(EntityManager entities, Collection<String> instanceIds) {
        return interfaces.ofInstances(entities, instanceIds);
    }

    @Override
    public Map<String, Endpoints> endpoints(EntityManager entities, Collection<Instance> instances) {
        load(entities, instances);
        var all = instances.stream().flatMap(row -> row.interfaces.stream()).toList();
        var subnetRanges = subnets.byId(
                entities, all.stream().map(InterfaceFacts::subnetId).collect(Collectors.toSet()));
        var vpcRanges =
                vpcs.rangesOf(entities, all.stream().map(InterfaceFacts::vpcId).collect(Collectors.toSet()));
        return instances.stream()
                .filter(row -> !row.interfaces.isEmpty())
                .collect(Collectors.toMap(
                        row -> row.id,
                        row -> new Endpoints(
                                row.interfaces.stream()
                                        .map(each -> named(row, endpoint(each, subnetRanges, vpcRanges))
                                                .setBandwidthMbit(types.bandwidthMbit(row.machine.type()))
                                                .build())
                                        .toList(),
                                row.interfaces.getFirst().groups().stream()
                                        .map(group -> group.name())
                                        .toList())));
    }

    /** The primary interface has the instance's names besides the one of its address. */
    private NetworkEndpoint.Builder named(Instance row, NetworkEndpoint.Builder endpoint) {
        if (endpoint.getDeviceIndex() != 0) {
            return endpoint;
        }
        var resourceName = row.resourceName(region);
        if (row.choices.resourceNamed()) {
            endpoint.setHostName(resourceName);
        }
        if (row.choices.ipv4Record()) {
            endpoint.setResourceNameA(resourceName);
        }
        if (row.choices.ipv6Record()) {
            endpoint.setResourceNameAaaa(resourceName);
        }
        return endpoint;
    }

    private NetworkEndpoint.Builder endpoint(
            InterfaceFacts facts, Map<String, SubnetRow> subnetRanges, Map<String, List<IpRange>> vpcRanges) {
        var endpoint = NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId(facts.id())
                .setMac(facts.mac())
                .setPrivateIpv4(facts.primaryIp())
                .setDeviceIndex(facts.deviceIndex())
                .setSubnetId(facts.subnetId())
                .setPrivateDnsName(InterfaceFacts.privateDnsName(facts.primaryIp(), region))
                .setVpcId(facts.vpcId())
                .setSourceDestCheck(facts.sourceDestCheck())
                .addAllSecondaryPrivateIpv4(
                        facts.privateIps().subList(1, facts.privateIps().size()))
                .addAllIpv6(facts.ipv6());
        facts.groups().forEach(group -> endpoint.addSecurityGroupIds(group.id()));
        facts.publicAddresses()
                .forEach(each -> endpoint.addPublicAddresses(PublicAddress.newBuilder()
                        .setPublicIpv4(each.ip())
                        .setPrivateIpv4(String.valueOf(each.privateIp()))));
        var subnet = subnetRanges.get(facts.subnetId());
        if (subnet != null) {
            endpoint.setSubnetCidrBlock(subnet.range().toString());
        }
        vpcRanges.getOrDefault(facts.vpcId(), List.of()).stream()
                .filter(range -> !range.ipv6())
                .forEach(range -> endpoint.addVpcCidrBlocks(range.toString()));
        return endpoint;
    }
}
