package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.lab.GuestImage;
import io.coppice.node.lab.Host;
import io.coppice.node.lab.PrivateLibvirtd;
import io.coppice.node.lab.TestNodeConfig;
import io.coppice.node.lab.TestNodeConfig.TestNetwork;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a real guest would not get along with a device that leaves its host's namespace: no address, no metadata, no
 * public address, or a network that is lost with libvirt's restart or stays behind when the guest is gone.
 */
class RealVpcGuestTest {
    private static final String VPC = "vpc-0123456789abcdef0";
    private static final String GROUP = "sg-0123456789abcdef0";
    private static final String SUBNET = "subnet-0123456789abcdef0";

    @TempDir
    static Path folder;

    private static PrivateLibvirtd libvirtd;
    private static TestNodeConfig config;
    private static HttpServer store;
    private static Path key;

    @BeforeAll
    static void startHost() throws Exception {
        var missing = PrivateLibvirtd.missing();
        assumeTrue(missing.isEmpty(), () -> "real guests cannot run here: " + missing);
        libvirtd = PrivateLibvirtd.start(folder.resolve("libvirt"));
        config = TestNodeConfig.randomWithVpcs(libvirtd.uri());
        key = folder.resolve("key");
        assertTrue(Host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                .succeeded());
        var image = GuestImage.file();
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        store.createContext("/image", exchange -> {
            exchange.sendResponseHeaders(200, Files.size(image));
            try (var body = exchange.getResponseBody()) {
                Files.copy(image, body);
            }
        });
        store.start();
    }

    @AfterAll
    static void stopHost() throws Exception {
        if (store != null) {
            store.stop(0);
        }
        if (config != null) {
            LibvirtHost.clear(config, folder.resolve("node"));
        }
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    @Test
    void aGuestLivesInItsVpc() throws Exception {
        var network = (TestNetwork) config.network();
        var elastic = network.address(50);
        var desired = desired(elastic);
        var instance = new InstanceId(desired.getInstanceId());
        var host = LibvirtHost.open(config, "node-1", folder.resolve("node"), null, Optional.empty());
        try {
            host.network().apply(vpc(1, 22));
            launch(host, instance, desired);
            eventually("ssh by the public address", () -> Host.ssh(key, elastic, "true")
                    .succeeded());
            assertTrue(Host.ssh(key, elastic, "ip addr show eth0").output().contains("10.77.1.10/24"));
            assertEquals(
                    instance.value(),
                    Host.ssh(key, elastic, "wget -q -O - http://169.254.169.254/latest/meta-data/instance-id")
                            .output()
                            .strip());
            takesAnInterfaceAndLetsGoOfIt(host, instance, desired, elastic);
            libvirtd.restart();
            eventually("libvirt is reached again", () -> isRunning(host, instance));
            assertTrue(Host.ssh(key, elastic, "true").succeeded(), "the guest went on while libvirt restarted");
            host.network().repair();
            assertTrue(Host.ssh(key, elastic, "true").succeeded());
            host.network().apply(vpc(2, 23));
            assertFalse(Host.ssh(key, elastic, "true").succeeded(), "its group does not allow it any more");
            host.network().apply(vpc(3, 22));
            assertTrue(Host.ssh(key, elastic, "true").succeeded());

            host.hypervisor().remove(instance);
            host.network().release(instance);
            var namespaces = Host.run("ip", "netns").output();
            assertFalse(namespaces.contains(network.bridge()), namespaces);
        } finally {
            host.metadata().close();
            host.hypervisor().close();
            host.network().close();
        }
        LibvirtHost.clear(config, folder.resolve("node"));
        assertFalse(Files.exists(Path.of("/sys/class/net", network.bridge())), "no bridge");
    }

    private static void takesAnInterfaceAndLetsGoOfIt(
            HostDrivers host, InstanceId instance, DesiredInstance desired, String elastic) throws Exception {
        var own = desired.getEndpoints(0);
        var second = own.toBuilder()
                .setNetworkInterfaceId("eni-0123456789abcdef1")
                .setMac("02:16:3e:00:00:78")
                .setPrivateIpv4("10.77.1.11")
                .setPrivateDnsName("ip-10-77-1-11.us-east-1.internal")
                .clearPublicAddresses()
                .build();
        var interfaces = host.hypervisor().interfaces();
        var both = host.network().ensure(instance, List.of(own, second));
        interfaces.plug(instance, both.getLast());
        host.network().attached(instance);
        eventually("the guest sees it and gets its address", () -> Host.ssh(
                        key, elastic, "ip link set eth1 up && timeout 8 udhcpc -i eth1 -n -q -s /bin/true 2>&1")
                .output()
                .contains("10.77.1.11"));
        host.network().ensure(instance, List.of(own));
        interfaces.unplug(instance, second.getMac());
        eventually("the guest lets go of it", () -> !interfaces.of(instance).contains(second.getMac()));
        host.network().attached(instance);
        host.network().repair();
        assertFalse(Host.ssh(key, elastic, "ip link show eth1").succeeded());
        assertTrue(Host.ssh(key, elastic, "true").succeeded(), "the first interface was left alone");
    }

    private static void launch(HostDrivers host, InstanceId instance, DesiredInstance desired) throws Exception {
        var image = GuestImage.file();
        var url = URI.create(
                "http://127.0.0.1:%d/image".formatted(store.getAddress().getPort()));
        var base = host.images()
                .fetch(new ImageSpec(GuestImage.sha256(image), Files.size(image), "qcow2", url), percent -> {});
        var disk = host.disks().ensureRootDisk(instance, base, 0);
        var endpoints = host.network().ensure(instance, desired.getEndpointsList());
        host.metadata().publish(desired);
        host.hypervisor()
                .start(new DomainSpec(
                        instance,
                        new AccountId(desired.getAccountId()),
                        1,
                        0,
                        1,
                        128,
                        List.of(disk),
                        endpoints,
                        host.memory().consoleLog(instance)));
        host.network().attached(instance);
    }

    private static boolean isRunning(HostDrivers host, InstanceId instance) {
        try {
            return host.hypervisor()
                    .find(instance)
                    .filter(domain -> domain.state() == DomainState.RUNNING)
                    .isPresent();
        } catch (HypervisorException e) {
            return false;
        }
    }

    private static DesiredInstance desired(String elastic) throws IOException {
        return DesiredInstance.newBuilder()
                .setInstanceId(InstanceId.random().value())
                .setGeneration(1)
                .setAccountId("123456789012")
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-0123456789abcdef0")
                        .setMac("02:16:3e:00:00:77")
                        .setPrivateIpv4("10.77.1.10")
                        .setPrivateDnsName("ip-10-77-1-10.us-east-1.internal")
                        .setVpcId(VPC)
                        .setSubnetId(SUBNET)
                        .addSecurityGroupIds(GROUP)
                        .setSourceDestCheck(true)
                        .addPublicAddresses(PublicAddress.newBuilder()
                                .setPublicIpv4(elastic)
                                .setPrivateIpv4("10.77.1.10")))
                .setMetadata(Metadata.newBuilder()
                        .setImageId("ami-12345678")
                        .setKeyName("dev")
                        .setPublicKey(Files.readString(folder.resolve("key.pub")))
                        .setRegion("us-east-1")
                        .setEnabled(true))
                .setZone("us-east-1a")
                .build();
    }

    /** A VPC whose one group lets in TCP to one port. */
    private static Vpc vpc(long generation, int port) {
        var all = NetworkAclEntry.newBuilder()
                .setRuleNumber(100)
                .setAllow(true)
                .setProtocol(-1)
                .setFromPort(-1)
                .setToPort(-1)
                .setCidr("0.0.0.0/0");
        var rule = SecurityGroupRule.newBuilder()
                .setProtocol(6)
                .setFromPort(port)
                .setToPort(port)
                .setCidr("0.0.0.0/0");
        return Vpc.newBuilder()
                .setVpcId(VPC)
                .setGeneration(generation)
                .setAccountId("123456789012")
                .addCidrBlocks("10.77.0.0/16")
                .setVni(7_700)
                .setDnsSupport(true)
                .setPrivateDomain("us-east-1.internal")
                .addSubnets(Subnet.newBuilder()
                        .setSubnetId(SUBNET)
                        .setCidrBlock("10.77.1.0/24")
                        .setVni(7_701)
                        .setRouteTableId("rtb-0123456789abcdef0")
                        .setNetworkAclId("acl-0123456789abcdef0"))
                .addRouteTables(RouteTable.newBuilder()
                        .setRouteTableId("rtb-0123456789abcdef0")
                        .addRoutes(Route.newBuilder()
                                .setDestination("0.0.0.0/0")
                                .setInternetGatewayId("igw-0123456789abcdef0")))
                .addNetworkAcls(NetworkAcl.newBuilder()
                        .setNetworkAclId("acl-0123456789abcdef0")
                        .addIngress(all)
                        .addEgress(all))
                .addSecurityGroups(SecurityGroup.newBuilder()
                        .setSecurityGroupId(GROUP)
                        .addIngress(rule)
                        .addEgress(rule))
                .build();
    }
}
