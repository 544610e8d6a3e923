package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
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
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a real host could not do what the whole cloud stands on: fetch an image, boot it with an address, a key
 * and user-data, and take all of it back. Everything here is real: libvirt, QEMU, bridge, rules, dnsmasq, SSH.
 */
class RealGuestTest {
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
        config = TestNodeConfig.random(libvirtd.uri());
        key = folder.resolve("key");
        assertTrue(Host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                .succeeded());
        store = storeOf(GuestImage.file());
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
    void aGuestLivesItsWholeLife() throws Exception {
        var instance = InstanceId.random();
        var network = (TestNetwork) config.network();
        var address = network.address(10);
        var desired = desired(instance, address);
        var events = new CopyOnWriteArrayList<DomainEvent>();
        var host = LibvirtHost.open(config, folder.resolve("node"));
        try (var subscription = host.hypervisor().subscribe(events::add)) {
            var console = host.memory().consoleLog(instance);
            var image = imageSpec();
            var progress = new CopyOnWriteArrayList<Integer>();
            launch(host, desired, image, progress);
            assertTrue(progress.contains(100), "progress was told: " + progress);

            eventually("ssh with the instance's key", () -> Host.ssh(key, address, "true")
                    .succeeded());
            assertEquals(
                    "ip-test-10", Host.ssh(key, address, "hostname").output().strip());
            eventually("user-data ran", () -> Files.readString(console).contains("user-data: hello from user-data"));
            assertTrue(Files.readString(console).contains("told by metadata service version 2"), "IMDSv2 was used");
            assertTrue(Host.ssh(key, address, "cat /run/resolv.conf").output().contains(network.address(1)));
            strangersAndSpoofersAreDropped(address);
            theNetworkRepairsItself(host, address);

            host.hypervisor().reboot(instance, Duration.ofSeconds(60));
            eventually("the guest booted twice", () -> occurrences(console, GuestImage.READY) == 2);
            libvirtd.restart();
            eventually("libvirt is reached again", () -> isRunning(host, instance));
            assertTrue(Host.ssh(key, address, "true").succeeded(), "the guest went on while libvirt restarted");

            Host.ssh(key, address, "poweroff");
            eventually(
                    "its end is its own doing",
                    () -> events.contains(new DomainEvent(instance, DomainState.SHUT_OFF, true)));
            host.hypervisor().remove(instance);
            host.network().release(instance);
            host.metadata().withdraw(instance);
            host.disks().remove(instance);
            assertEquals(List.of(), host.hypervisor().list());
            assertFalse(Files.exists(host.memory().consoleLog(instance).resolveSibling("root.qcow2")));
        } finally {
            host.metadata().close();
            host.hypervisor().close();
            host.network().close();
        }
        LibvirtHost.clear(config, folder.resolve("node"));
        nothingIsLeft(network.bridge());
    }

    private static void launch(HostDrivers host, DesiredInstance desired, ImageSpec image, List<Integer> progress)
            throws IOException, InterruptedException {
        var instance = new InstanceId(desired.getInstanceId());
        var started = System.nanoTime();
        var base = host.images().fetch(image, progress::add);
        var fetched = System.nanoTime();
        var disk = host.disks().ensureRootDisk(instance, base, 0);
        var created = System.nanoTime();
        var endpoints = host.network().ensure(instance, desired.getEndpointsList());
        host.metadata().publish(desired);
        var wired = System.nanoTime();
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
        System.getLogger("RealGuestTest")
                .log(
                        System.Logger.Level.INFO,
                        "ms: image {0}, disk {1}, network {2}, domain {3}",
                        (fetched - started) / 1_000_000,
                        (created - fetched) / 1_000_000,
                        (wired - created) / 1_000_000,
                        (System.nanoTime() - wired) / 1_000_000);
    }

    /** The guest cannot use an address that is not its own, and the gateway learns nothing from its false ARP. */
    private static void strangersAndSpoofersAreDropped(String address) throws IOException {
        var network = (TestNetwork) config.network();
        var spoofed = network.address(66);
        Host.ssh(
                key,
                address,
                "ip addr add %1$s/24 dev eth0; ping -c 1 -W 1 -I %1$s %2$s > /run/spoof 2>&1; echo $? > /run/spoof.code; ip addr del %1$s/24 dev eth0"
                        .formatted(spoofed, network.address(1)));
        assertEquals("1", Host.ssh(key, address, "cat /run/spoof.code").output().strip());
        assertTrue(
                Host.ssh(key, address, "ping -c 1 -W 5 " + network.address(1)).succeeded());
    }

    private static void theNetworkRepairsItself(HostDrivers host, String address) throws Exception {
        var bridge = config.network().bridge();
        host.network().repair();
        var marked = Host.run("nft", "add", "chain", "bridge", bridge, "left_alone_by_an_idle_repair");
        assertTrue(marked.succeeded());
        host.network().repair();
        assertFalse(
                Host.run("nft", "list", "table", "bridge", bridge).output().contains("left_alone"),
                "what somebody added to our table is gone");
        assertTrue(Host.run("nft", "delete", "table", "inet", bridge).succeeded());
        assertTrue(Host.run("ip", "link", "delete", "dev", bridge).succeeded());
        assertFalse(Host.ssh(key, address, "true").succeeded(), "without its bridge the guest is cut off");
        host.network().repair();
        eventually("the guest is reached again", () -> Host.ssh(key, address, "true")
                .succeeded());
        assertTrue(Host.ssh(key, address, "wget -q -O - http://169.254.169.254/latest/meta-data/instance-id")
                .output()
                .startsWith("i-"));
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

    private static void nothingIsLeft(String bridge) throws IOException {
        assertFalse(Files.exists(Path.of("/sys/class/net", bridge)), "no bridge");
        var tables = Host.run("nft", "list", "tables").output();
        assertFalse(tables.contains(bridge), tables);
        assertFalse(Files.exists(folder.resolve("node/network/dnsmasq.pid")), "no dnsmasq");
        assertEquals(
                "",
                Host.run("virsh", "-q", "-c", libvirtd.uri(), "list", "--all")
                        .output()
                        .strip());
    }

    private static int occurrences(Path file, String text) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1).split(text, -1).length - 1;
    }

    private static DesiredInstance desired(InstanceId instance, String address) throws IOException {
        return DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .setAccountId("123456789012")
                .setMachine(Machine.newBuilder()
                        .setInstanceType("m1.small")
                        .setVcpus(1)
                        .setMemoryMib(128))
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-" + instance.value().substring(2))
                        .setMac("02:16:3e:00:00:10")
                        .setPrivateIpv4(address)
                        .setPrivateDnsName("ip-test-10.us-east-1.internal"))
                .setMetadata(Metadata.newBuilder()
                        .setImageId("ami-12345678")
                        .setKeyName("dev")
                        .setPublicKey(Files.readString(folder.resolve("key.pub")))
                        .setUserData(ByteString.copyFromUtf8("#!/bin/sh\necho hello from user-data\n"))
                        .setRegion("us-east-1")
                        .setTokenRequired(false)
                        .setEnabled(true))
                .setZone("us-east-1a")
                .build();
    }

    private static ImageSpec imageSpec() throws Exception {
        var image = GuestImage.file();
        var url = URI.create(
                "http://127.0.0.1:%d/image".formatted(store.getAddress().getPort()));
        return new ImageSpec(GuestImage.sha256(image), Files.size(image), "qcow2", url);
    }

    private static HttpServer storeOf(Path image) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/image", exchange -> {
            exchange.sendResponseHeaders(200, Files.size(image));
            try (var body = exchange.getResponseBody()) {
                Files.copy(image, body);
            }
        });
        server.start();
        return server;
    }
}
