package io.coppice.server.up;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Ipv4Range;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken: a first up would promise real guests where none can run, or take addresses that the machine already uses. */
final class HypervisorChoiceTest {
    private static final Optional<String> NOTHING = Optional.empty();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void realGuestsNeedRootAndPrograms() {
        assertEquals(
                "libvirt",
                HypervisorChoice.of(NOTHING, new FakeMachine(true, Set.of())).name());
        assertEquals(
                "simulated",
                HypervisorChoice.of(NOTHING, new FakeMachine(false, Set.of())).name());
        var withoutQemu = HypervisorChoice.of(NOTHING, new FakeMachine(true, Set.of("qemu-img")));
        assertEquals("simulated", withoutQemu.name());
        assertTrue(withoutQemu.reason().contains("qemu-img"));
    }

    @Test
    void whatWasAskedForIsGivenOrRefused() {
        var plain = new FakeMachine(false, Set.of());
        assertEquals(
                "simulated",
                HypervisorChoice.of(Optional.of("simulated"), plain).name());
        assertThrows(OperatorException.class, () -> HypervisorChoice.of(Optional.of("libvirt"), plain));
        assertThrows(OperatorException.class, () -> HypervisorChoice.of(Optional.of("xen"), plain));
    }

    @Test
    void furtherZonesHaveDoorsOfTheirOwnAndWhatTheCloudHas() {
        var cloud = choose("simulated", 3, Optional.of(3), Optional.empty(), Optional.of(NetworkMode.VPC), Map.of());
        assertEquals(List.of("us-east-1b", "us-east-1c"), cloud.furtherZones());
        var zone = ZoneServers.settings(cloud, "us-east-1c");
        assertEquals("us-east-1c", zone.value(Settings.ZONE, ""));
        assertEquals("cc,nc,ebs", zone.value(Settings.ROLES, ""));
        for (var key : List.of(Settings.CLUSTER, Settings.EBS)) {
            assertTrue(!zone.endpoint(key).equals(cloud.endpoint(key)), key);
        }
        for (var key : List.of(Settings.CLOUD, Settings.S3, Settings.VXLAN_PORT, Settings.SIMULATED_HOSTS)) {
            assertEquals(cloud.value(key), zone.value(key), key);
        }
        assertEquals(List.of(), zone.furtherZones());
        assertEquals(cloud.endpoint(Settings.CLUSTER).toString(), zone.value(Settings.neighbour("us-east-1a"), ""));
        assertEquals(cloud.value(Settings.clusterOf("us-east-1b")), zone.value(Settings.neighbour("us-east-1b")));
        assertEquals("", zone.value(Settings.neighbour("us-east-1c"), ""));
    }

    @Test
    void severalZonesNeedAHostEachAndVpcs() {
        var two = Optional.of(2);
        assertThrows(
                OperatorException.class,
                () -> choose("libvirt", 2, Optional.of(3), Optional.empty(), Optional.of(NetworkMode.VPC), Map.of()));
        assertThrows(
                OperatorException.class,
                () -> choose("libvirt", 1, two, Optional.empty(), Optional.of(NetworkMode.VPC), Map.of()));
        assertThrows(
                OperatorException.class,
                () -> choose("simulated", 1, two, Optional.empty(), Optional.of(NetworkMode.FLAT), Map.of()));
    }

    @Test
    void hostsInNamespacesTakeTurnsInTheZones() {
        var cloud = choose("libvirt", 3, Optional.of(2), Optional.empty(), Optional.of(NetworkMode.VPC), Map.of());
        assertEquals("us-east-1a", ZoneServers.zoneOfHost(cloud, 1));
        assertEquals("us-east-1b", ZoneServers.zoneOfHost(cloud, 2));
        assertEquals("us-east-1a", ZoneServers.zoneOfHost(cloud, 3));
        assertEquals(2, ZoneServers.namespaceHosts(cloud, "us-east-1a"));
        assertEquals(1, ZoneServers.namespaceHosts(cloud, "us-east-1b"));
        var zone = ZoneServers.settings(cloud, "us-east-1b");
        assertEquals("cc,ebs", zone.value(Settings.ROLES, ""), "its hosts are processes of their own");
        assertEquals(
                cloud.endpoint(Settings.CLUSTER).host(),
                zone.endpoint(Settings.CLUSTER).host(),
                "where hosts reach it");
    }

    @Test
    void simulatedHostsLiveInTheServer() {
        var settings = choose("simulated", 50, Optional.empty());
        assertEquals("50", settings.value(Settings.SIMULATED_HOSTS, ""));
        assertEquals("true", settings.value(Settings.ALLOW_SIMULATED_HOSTS, ""));
        assertEquals(5, settings.roles().size());
        assertEquals("172.30.0.0/16", settings.value(Settings.NODE_CIDR, ""));
        assertEquals(settings.value(Settings.NODE_CIDR), settings.value(Settings.CLOUD_CIDR));
        assertTrue(settings.value(Settings.BRIDGE, "").matches("cop-[0-9a-f]{4}"));
    }

    @Test
    void aCloudWithVpcsHasPublicAddressesAndATunnelPortOfItsOwn() {
        var settings = choose("libvirt", 1, Optional.empty(), Optional.of(NetworkMode.VPC));
        assertTrue(settings.vpcs());
        assertEquals("198.18.0.0/16", settings.value(Settings.PUBLIC_CIDR, ""));
        assertTrue(settings.value(Settings.VXLAN_PORT, "").matches("[4-7]\\d{3}"), settings.toString());
        assertEquals(Optional.empty(), settings.value(Settings.NODE_CIDR), "guests' ranges are their VPCs'");
        assertEquals(Optional.empty(), settings.value(Settings.UNDERLAY_ADDRESS), "loopback is no address for others");
        var reached = new GuestNetwork(new DataFolder(folder), new FakeMachine(true, Set.of()))
                .ofHost(true, Optional.of("192.0.2.1"));
        assertEquals("192.0.2.1", reached.get(Settings.UNDERLAY_ADDRESS));
    }

    @Test
    void hostsInNamespacesReachTheServerOnTheirManagementNetwork() {
        var settings = choose("libvirt", 3, Optional.empty());
        assertEquals(4, settings.roles().size());
        assertTrue(settings.value(Settings.CLUSTER, "").matches("100\\..*\\.254:\\d+"), settings.toString());
        assertTrue(settings.value(Settings.API, "").startsWith("127.0.0.1:"));
        assertEquals("3", settings.value(Settings.NAMESPACE_HOSTS, ""));
    }

    @Test
    void whatUsersAndHostsReachListensElsewhereAndNothingMore() {
        var settings = choose("simulated", 1, Optional.of("127.0.0.2"));
        for (var key : List.of(Settings.API, Settings.CLUSTER, Settings.S3)) {
            assertTrue(settings.value(key, "").startsWith("127.0.0.2:"), key);
        }
        for (var key : List.of(Settings.CLOUD, Settings.EBS, Settings.WALRUS)) {
            assertTrue(settings.value(key, "").startsWith("127.0.0.1:"), key);
        }
    }

    @Test
    void aCloudThatListensEverywhereTellsOthersOneAddress() {
        var settings = choose("simulated", 1, Optional.of("0.0.0.0"));
        assertTrue(settings.value(Settings.API, "").startsWith("0.0.0.0:"));
        assertTrue(settings.publicUrl().startsWith("https://127.0.0.3:"), settings.publicUrl());
        assertTrue(settings.endpointUrl().startsWith("https://127.0.0.1:"), settings.endpointUrl());
        assertTrue(settings.value(Settings.CLUSTER, "").startsWith("127.0.0.3:"), "nobody can dial 0.0.0.0");
        assertTrue(settings.value(Settings.S3, "").startsWith("127.0.0.3:"), "nobody can dial 0.0.0.0");
    }

    @Test
    void anAddressWithAPortIsRefused() {
        assertThrows(OperatorException.class, () -> choose("simulated", 1, Optional.of("192.0.2.1:443")));
    }

    @Test
    void aTokenSaysWhereItsClusterIsAndWhichAddressesGuestsHave() throws Exception {
        var json = "{\"cluster\":\"192.0.2.7:8775\",\"authority\":\"ab\",\"secret\":\"s\"}";
        var token = "coppice1."
                + java.util.Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("192.0.2.7:8775", JoinToken.cluster(token));
        assertEquals(Map.of(), JoinToken.network(token));
        var told = JoinToken.withNetwork(
                token, Map.of(Settings.NODE_CIDR, "172.30.0.0/16", Settings.DATABASE_URL, "jdbc:postgresql://evil"));
        assertEquals(Map.of(Settings.NODE_CIDR, "172.30.0.0/16"), JoinToken.network(told));
        assertEquals("192.0.2.7:8775", JoinToken.cluster(told));
        assertThrows(OperatorException.class, () -> JoinToken.cluster("coppice1.???"));
        assertThrows(OperatorException.class, () -> JoinToken.cluster("hello"));
    }

    private Settings choose(String hypervisor, int hosts, Optional<String> listen) {
        return choose(hypervisor, hosts, listen, Optional.of(NetworkMode.FLAT));
    }

    @Test
    void aNetworkOfTheSitesIsAskedForAndNeverChosen() {
        var nothing = assertThrows(
                OperatorException.class, () -> choose("libvirt", 1, NOTHING, Optional.of(NetworkMode.STATIC)));
        for (var key : List.of(Settings.CLOUD_CIDR, Settings.PAIRS, Settings.UPLINK, Settings.HOST_ADDRESS)) {
            assertTrue(nothing.fix().contains("--set " + key + "="), nothing.fix());
        }
        var ofCloud = Map.of(Settings.CLOUD_CIDR, "192.0.2.0/24", Settings.PAIRS, "02:00:5e:00:00:01=192.0.2.17");
        var pretended = choose("simulated", 1, NOTHING, Optional.of(NetworkMode.STATIC), ofCloud);
        assertEquals("192.0.2.0/24", pretended.value(Settings.NODE_CIDR, ""));
        assertEquals(NetworkMode.STATIC, pretended.networkMode());
        var range = Map.of(Settings.CLOUD_CIDR, "192.0.2.0/24");
        assertEquals(
                NetworkMode.SYSTEM,
                choose("simulated", 1, NOTHING, Optional.of(NetworkMode.SYSTEM), range)
                        .networkMode(),
                "its addresses are the DHCP server's");
        var missing = assertThrows(
                OperatorException.class, () -> choose("libvirt", 1, NOTHING, Optional.of(NetworkMode.STATIC), ofCloud));
        assertTrue(missing.fix().endsWith("coppice.node.network.host-address=192.0.2.9"), missing.fix());
        var real = new java.util.HashMap<>(ofCloud);
        real.put(Settings.UPLINK, "eth1");
        real.put(Settings.HOST_ADDRESS, "192.0.2.9");
        assertEquals(
                "eth1",
                choose("libvirt", 1, NOTHING, Optional.of(NetworkMode.STATIC), real)
                        .value(Settings.UPLINK, ""));
        assertThrows(
                OperatorException.class, () -> choose("libvirt", 3, NOTHING, Optional.of(NetworkMode.STATIC), real));
        real.put(Settings.CLOUD_CIDR, "192.0.2.0");
        assertThrows(
                OperatorException.class, () -> choose("libvirt", 1, NOTHING, Optional.of(NetworkMode.STATIC), real));
    }

    @Test
    void aHostThatJoinsMustKnowItsWayIntoTheSitesNetwork() {
        var network = new GuestNetwork(new DataFolder(folder), new FakeMachine(true, Set.of()));
        var told = Map.of(Settings.NETWORK_MODE, "STATIC", Settings.NODE_CIDR, "192.0.2.0/24");
        assertThrows(OperatorException.class, () -> network.joining(told, Map.of()));
        var own = Map.of(Settings.UPLINK, "eth1", Settings.HOST_ADDRESS, "192.0.2.10");
        assertEquals("eth1", network.joining(told, own).get(Settings.UPLINK));
        assertEquals("192.0.2.0/24", network.joining(told, own).get(Settings.NODE_CIDR));
    }

    @Test
    void aHostThatJoinsReachesThePublicNetworkThroughTheCloudsMachineUnlessItHasAWayOfItsOwn() {
        var network = new GuestNetwork(new DataFolder(folder), new FakeMachine(true, Set.of()));
        var cloud = new java.util.LinkedHashMap<>(Map.of(
                Settings.NETWORK_MODE, "VPC",
                Settings.PUBLIC_CIDR, "192.0.2.0/24",
                Settings.PUBLIC_GATEWAY, "192.0.2.254"));
        var own = GuestNetwork.told(new Settings(cloud));
        assertFalse(own.containsKey(Settings.PUBLIC_ACCESS), "each is the gateway of its own guests");
        cloud.put(Settings.UPLINK, "eth1");
        var told = GuestNetwork.told(new Settings(cloud));
        assertTrue(GuestNetwork.TOLD.containsAll(told.keySet()), "else they do not get through the token");
        var joined = network.joining(told, Map.of());
        assertEquals("no", joined.get(Settings.PUBLIC_ACCESS));
        assertEquals("192.0.2.254", joined.get(Settings.PUBLIC_GATEWAY));
        assertFalse(joined.containsKey(Settings.UPLINK));
        var linked = network.joining(told, Map.of(Settings.UPLINK, "eth7"));
        assertFalse(linked.containsKey(Settings.PUBLIC_ACCESS), "it has a way of its own");
    }

    @Test
    void aWireOfTheSitesIsAskedForAndNeedsASwitchForItsTags() {
        var plain = Optional.of(NetworkMode.MANAGED_NOVLAN);
        var missing = assertThrows(OperatorException.class, () -> choose("libvirt", 1, NOTHING, plain));
        assertTrue(
                missing.fix().contains("up --network managed-novlan --set coppice.node.network.trunk="), missing.fix());
        assertEquals(NetworkMode.MANAGED_NOVLAN, NetworkMode.named(NetworkMode.MANAGED_NOVLAN.written()));
        var own = Map.of(Settings.TRUNK, "eth1");
        var settings = choose("libvirt", 1, NOTHING, plain, own);
        assertEquals("eth1", settings.value(Settings.TRUNK, ""));
        assertTrue(!settings.value(Settings.PUBLIC_CIDR, "").isEmpty(), "it has VPCs");
        assertThrows(OperatorException.class, () -> choose("libvirt", 3, NOTHING, plain, own), "namespaces");
        var tagged = assertThrows(
                OperatorException.class,
                () -> SiteWire.ofCloud(
                        NetworkMode.MANAGED, own, Optional.of(new FakeMachine(true, Set.of("ovs-vsctl")))));
        assertTrue(tagged.fix().contains("openvswitch-switch"), tagged.fix());
        choose("libvirt", 1, NOTHING, Optional.of(NetworkMode.MANAGED), own);
        choose("simulated", 1, NOTHING, Optional.of(NetworkMode.MANAGED));
        var network = new GuestNetwork(new DataFolder(folder), new FakeMachine(true, Set.of()));
        var told = Map.of(Settings.NETWORK_MODE, "MANAGED_NOVLAN");
        assertThrows(OperatorException.class, () -> network.joining(told, Map.of()));
        assertEquals("eth1", network.joining(told, own).get(Settings.TRUNK));
    }

    private Settings choose(String hypervisor, int hosts, Optional<String> listen, Optional<NetworkMode> network) {
        return choose(hypervisor, hosts, listen, network, Map.of());
    }

    private Settings choose(
            String hypervisor,
            int hosts,
            Optional<String> listen,
            Optional<NetworkMode> network,
            Map<String, String> given) {
        return choose(hypervisor, hosts, Optional.empty(), listen, network, given);
    }

    private Settings choose(
            String hypervisor,
            int hosts,
            Optional<Integer> zones,
            Optional<String> listen,
            Optional<NetworkMode> network,
            Map<String, String> given) {
        var options = new UpOptions(
                Optional.of(hypervisor),
                Optional.of(hosts),
                zones,
                listen,
                network,
                given,
                NOTHING,
                NOTHING,
                NOTHING,
                NOTHING,
                false,
                true,
                false);
        try (var claims = PortClaims.in(folder)) {
            return new FirstSettings(
                            new DataFolder(Path.of("/tmp/one")), options, new FakeMachine(true, Set.of()), claims)
                    .choose(new HypervisorChoice(hypervisor, "asked for"));
        }
    }

    /** A machine whose network is 172.31.0.0/16. */
    private record FakeMachine(boolean root, Set<String> missing) implements Machine {
        @Override
        public boolean has(String program) {
            return !missing.contains(program);
        }

        @Override
        public boolean libvirtAnswers() {
            return false;
        }

        @Override
        public boolean portFree(String host, int port) {
            return true;
        }

        @Override
        public List<Ipv4Range> rangesInUse() {
            return List.of(Ipv4Range.parse("172.31.0.1/16"));
        }

        @Override
        public Optional<String> mainAddress() {
            return Optional.of("127.0.0.3");
        }
    }
}
