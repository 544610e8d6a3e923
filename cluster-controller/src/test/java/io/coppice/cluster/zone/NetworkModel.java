package io.coppice.cluster.zone;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.schedule.FirstFitScheduler;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.Capacity;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.InventoryItem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A zone with hosts that do what they are told, and beside it what every host should know of networks. */
final class NetworkModel {
    private final Path folder;
    private final String name;
    private final Map<NodeId, NetworkView> views = new LinkedHashMap<>();
    private final Map<InstanceId, DesiredInstance> wishes = new LinkedHashMap<>();
    private final Map<InstanceId, NodeId> places = new HashMap<>();
    private final Map<String, Long> generations = new HashMap<>();
    private final Map<String, Set<String>> peers = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private ZoneEventLog log;
    private Zone zone;
    private int interfaces;
    /** Else every other host is of an older version, as in the middle of an update of the cloud. */
    private boolean allTakeBytes;

    NetworkModel(Path folder) throws IOException {
        this(folder, "us-east-1a", 0);
    }

    /** @param firstInterface where the numbers of interfaces begin: those of two zones are never the same */
    NetworkModel(Path folder, String name, int firstInterface) throws IOException {
        this.folder = folder;
        this.name = name;
        this.interfaces = firstInterface;
        startZone();
    }

    /** The zone's controller begins without memory; hosts have to dial again. */
    void startZone() throws IOException {
        log = new ZoneEventLog(1000);
        zone = new Zone(
                ZoneSettings.defaults(name),
                new FirstFitScheduler(),
                log,
                new ModelClock(),
                HostRoster.open(folder.resolve("hosts")));
    }

    /** From now on every host that dials in is of this version. */
    void allTakeBytes() {
        allTakeBytes = true;
    }

    Zone zone() {
        return zone;
    }

    NodeId host() {
        var node = NodeId.random();
        dial(node);
        return node;
    }

    /** A session begins, with all that the host has. */
    NetworkView dial(NodeId node) {
        var view = greet(node);
        var inventory = Inventory.newBuilder();
        places.forEach((instance, place) -> {
            if (place.equals(node)) {
                var wish = wish(instance);
                inventory.addItems(InventoryItem.newBuilder()
                        .setObservation(seen(node, wish, Phase.PHASE_RUNNING))
                        .setMachine(wish.getMachine())
                        .addAllEndpoints(wish.getEndpointsList()));
            }
        });
        zone.inventory(node, inventory.build(), view);
        return view;
    }

    /** A session begins, and nothing more. */
    NetworkView greet(NodeId node) {
        var view = new NetworkView();
        views.put(node, view);
        zone.hello(
                node,
                Hello.newBuilder()
                        .setAddress("10.0.0." + views.size() % 250)
                        .setTakesEncodedNetworks(allTakeBytes || views.size() % 2 == 0)
                        .setCapacity(Capacity.newBuilder()
                                .setVcpus(10_000)
                                .setMemoryMib(10_000_000)
                                .setDiskMib(10_000_000))
                        .build(),
                view);
        return view;
    }

    NetworkView view(NodeId node) {
        return Objects.requireNonNull(views.get(node));
    }

    /** A new generation of a VPC with these NAT gateways. */
    Vpc vpc(String id, String... gateways) {
        return vpc(id, 0, gateways);
    }

    /** As the other one, with as many security groups, of some 25 bytes each. */
    Vpc vpc(String id, int groups, String... gateways) {
        var vpc = Vpc.newBuilder()
                .setVpcId(id)
                .setGeneration(generations.merge(id, 1L, Long::sum))
                .addSubnets(Subnet.newBuilder().setSubnetId("subnet-" + id).setZone(name));
        peers.getOrDefault(id, Set.of())
                .forEach(peer -> vpc.addPeerings(
                        Peering.newBuilder().setPeeringId("pcx-" + peer).setPeerVpcId(peer)));
        for (var gateway : gateways) {
            vpc.addNatGateways(NatGateway.newBuilder().setNatGatewayId(gateway).setSubnetId("subnet-" + id));
        }
        for (var count = 0; count < groups; count++) {
            vpc.addSecurityGroups(SecurityGroup.newBuilder().setSecurityGroupId("sg-%017x".formatted(count)));
        }
        var made = vpc.build();
        zone.applyNetworks(List.of(made));
        return made;
    }

    /** A new generation of a VPC that is peered with these, and with no others. */
    Vpc peered(String id, String... others) {
        peers.put(id, Set.of(others));
        return vpc(id);
    }

    /** Wishes an instance with one interface in each of these VPCs on a host. */
    InstanceId launch(NodeId node, String... vpcs) {
        var instance = InstanceId.random();
        var wish = DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .setPower(PowerState.POWER_STATE_RUNNING)
                .setNodeId(node.value())
                .setMachine(Machine.newBuilder().setVcpus(1).setMemoryMib(64));
        for (var vpc : vpcs) {
            wish.addEndpoints(endpoint(vpc));
        }
        apply(wish.build());
        places.put(instance, node);
        return instance;
    }

    private NetworkEndpoint endpoint(String vpc) {
        interfaces++;
        return NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-%017x".formatted(interfaces))
                .setVpcId(vpc)
                .setSubnetId("subnet-" + vpc)
                .setPrivateIpv4("10.%d.%d.%d".formatted(interfaces >> 16, interfaces >> 8 & 255, interfaces & 255))
                .build();
    }

    void apply(DesiredInstance wish) {
        var instance = new InstanceId(wish.getInstanceId());
        wishes.put(instance, wish);
        zone.apply(Map.of(instance, wish));
    }

    DesiredInstance wish(InstanceId instance) {
        return Objects.requireNonNull(wishes.get(instance));
    }

    /** Gives the instance one more interface. */
    void attach(InstanceId instance, String vpc) {
        var wish = wish(instance);
        apply(wish.toBuilder()
                .setGeneration(wish.getGeneration() + 1)
                .addEndpoints(endpoint(vpc))
                .build());
    }

    /** Takes the instance's last interface. */
    void detach(InstanceId instance) {
        var wish = wish(instance);
        apply(wish.toBuilder()
                .setGeneration(wish.getGeneration() + 1)
                .removeEndpoints(wish.getEndpointsCount() - 1)
                .build());
    }

    /** The host confirms what is wished of an instance. */
    void confirm(InstanceId instance) {
        observe(instance, Phase.PHASE_RUNNING);
    }

    /** The instance ends, by wish and by deed. */
    void end(InstanceId instance) {
        var wish = wish(instance);
        apply(wish.toBuilder()
                .setGeneration(wish.getGeneration() + 1)
                .setPower(PowerState.POWER_STATE_TERMINATED)
                .clearEndpoints()
                .clearMachine()
                .build());
        observe(instance, Phase.PHASE_GONE);
        wishes.remove(instance);
        places.remove(instance);
    }

    /** The instance's host does not have it any more, and nobody has been told. */
    void forget(InstanceId instance) {
        wishes.remove(instance);
        places.remove(instance);
    }

    /** Interfaces of a VPC with the host of each. */
    Map<String, String> placed(String vpc) {
        var placed = new HashMap<String, String>();
        places.forEach((instance, node) -> wish(instance).getEndpointsList().stream()
                .filter(each -> each.getVpcId().equals(vpc))
                .forEach(each -> placed.put(each.getNetworkInterfaceId(), node.value())));
        return placed;
    }

    /** The hosts with interfaces of a VPC. */
    Set<NodeId> carriers(String vpc) {
        return placed(vpc).values().stream().map(NodeId::new).collect(Collectors.toSet());
    }

    void observe(InstanceId instance, Phase phase) {
        var node = Objects.requireNonNull(places.get(instance));
        zone.observed(node, seen(node, wish(instance), phase), view(node));
    }

    private static Observation seen(NodeId node, DesiredInstance wish, Phase phase) {
        return Observation.newBuilder()
                .setInstanceId(wish.getInstanceId())
                .setGeneration(wish.getGeneration())
                .setNodeId(node.value())
                .setPhase(phase)
                .build();
    }

    /** Lets the zone tell hosts all that it has to tell. */
    void distribute() {
        while (zone.distribute()) {
            Thread.onSpinWait();
        }
    }

    /** Time goes by, in which these hosts give signs of life. */
    void pass(Duration time, NodeId... alive) {
        now = now.plus(time);
        for (var node : alive) {
            zone.heartbeat(node, Heartbeat.getDefaultInstance(), view(node));
        }
        zone.tick();
    }

    List<Observation> told() {
        return log.after(0, 1000).orElseThrow().stream()
                .filter(event -> event.hasObservation())
                .map(event -> event.getObservation())
                .toList();
    }

    /** What each host knows now and what it should know; both empty when they are the same. */
    List<String> differences() {
        var whole = new HashMap<String, Map<String, String>>();
        var carried = new HashMap<NodeId, TreeSet<String>>();
        places.forEach((instance, node) -> {
            for (var each : wish(instance).getEndpointsList()) {
                whole.computeIfAbsent(each.getVpcId(), any -> new HashMap<>())
                        .put(each.getNetworkInterfaceId(), node.value());
                carried.computeIfAbsent(node, any -> new TreeSet<>()).add(each.getVpcId());
            }
        });
        var differences = new ArrayList<String>();
        views.forEach((node, view) -> {
            var should = new TreeSet<>(carried.getOrDefault(node, new TreeSet<>()));
            carried.getOrDefault(node, new TreeSet<>())
                    .forEach(vpc -> should.addAll(peers.getOrDefault(vpc, Set.of())));
            if (!view.known().equals(should)) {
                differences.add("%s knows %s and not %s".formatted(node, view.known(), should));
            }
            for (var vpc : should) {
                if (!view.where(vpc).equals(whole.getOrDefault(vpc, Map.of()))) {
                    differences.add(
                            "%s sees %s in %s and not %s".formatted(node, view.where(vpc), vpc, whole.get(vpc)));
                }
                var known = view.vpcs().get(vpc);
                if (known == null || known.getGeneration() != generations.getOrDefault(vpc, 0L)) {
                    differences.add("%s has another generation of %s".formatted(node, vpc));
                }
            }
        });
        return differences;
    }

    private final class ModelClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
