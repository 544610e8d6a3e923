package io.coppice.node.hypervisor;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.image.ImageCache.Arrival;
import io.coppice.node.image.ImageCache.ImageSpec;
import io.coppice.node.image.serve.ArrivalFolder;
import io.coppice.node.lab.GuestImage;
import io.coppice.node.lab.Host;
import io.coppice.node.lab.PrivateLibvirtd;
import io.coppice.node.lab.RangeStore;
import io.coppice.node.lab.TestNodeConfig;
import io.coppice.node.lab.TestNodeConfig.TestNetwork;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest would wait for all of a large image, or see errors or wrong bytes when its download breaks. A real
 * guest whose disk ends with random bytes, some of which the image's store holds back.
 */
class ArrivingImageTest {
    private static final long MIB = 1 << 20;
    private static final long RANDOM_MIB = 32;
    /** What the guest reads of its disk, MiB from the end. */
    private static final long READ_BEFORE_END = 20;

    private static final long READ = 4;

    @TempDir
    static Path folder;

    private static PrivateLibvirtd libvirtd;
    private static TestNodeConfig config;
    private static Path raw;
    private static Path image;
    private static Path key;

    @BeforeAll
    static void startLibvirt() throws Exception {
        var missing = PrivateLibvirtd.missing();
        assumeTrue(missing.isEmpty(), () -> "real guests cannot run here: " + missing);
        raw = folder.resolve("raw");
        image = folder.resolve("image.qcow2");
        key = folder.resolve("key");
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        run("qemu-img", "convert", "-O", "raw", GuestImage.file().toString(), raw.toString());
        run(
                "dd",
                "if=/dev/urandom",
                "of=" + raw,
                "bs=1M",
                "count=" + RANDOM_MIB,
                "oflag=append",
                "conv=notrunc",
                "status=none");
        run("qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString());
        libvirtd = PrivateLibvirtd.start(folder.resolve("libvirt"));
        config = new TestNodeConfig(
                libvirtd.uri(), TestNodeConfig.random(libvirtd.uri()).network(), 1);
    }

    private static void run(String... command) throws IOException {
        var result = Host.run(command);
        assertTrue(result.succeeded(), () -> String.join(" ", command) + ": " + result);
    }

    @AfterAll
    static void stopLibvirt() throws Exception {
        if (config != null) {
            LibvirtHost.clear(config, folder.resolve("node"));
        }
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    @Test
    void aGuestIsUpBeforeItsImageIsAndIsStoppedWhileWhatItReadsDoesNotCome() throws Exception {
        var instance = InstanceId.random();
        var address = ((TestNetwork) config.network()).address(10);
        var host = LibvirtHost.open(config, folder.resolve("node"));
        try (var store = RangeStore.of(image)) {
            // Around what is read below; a guest that boots looks at the end of its disk.
            store.hold(Files.size(image) - 26 * MIB, Files.size(image) - 4 * MIB);
            var spec = new ImageSpec(GuestImage.sha256(image), Files.size(image), "qcow2", store.address());
            start(host, desired(instance, address), spec, 1);
            eventually("the guest is up", () -> guest(address, "true").isPresent());
            assertEquals(Arrival.COMING, host.images().arrival(spec.sha256()), "it was not up before its image");
            assertEquals(List.of(), host.images().cached(10));

            store.answer(503);
            guest(
                    address,
                    "dd if=/dev/vda bs=1M skip=%d count=%d 2>/dev/null | sha256sum > /run/sum.new && mv /run/sum.new /run/sum &"
                            .formatted(Files.size(raw) / MIB - READ_BEFORE_END, READ));
            eventually("the guest is stopped", () -> state(host, instance) == DomainState.PAUSED);
            var pid = ArrivalFolder.of(folder.resolve("node").toRealPath().resolve(LibvirtHost.ARRIVALS), spec.sha256())
                    .pid();
            ProcessHandle.of(Long.parseLong(Files.readString(pid)))
                    .orElseThrow()
                    .destroyForcibly();
            store.answer(206);
            store.release();
            eventually("the guest goes on and has read what it should", () -> guest(address, "cat /run/sum")
                    .filter(hashOfWhatIsRead()::equals)
                    .isPresent());
            assertEquals(
                    "0", guest(address, "dmesg | grep -c 'I/O error' || true").orElseThrow());

            eventually("the image is here", () -> host.images().cached(10).equals(List.of(spec.sha256())));
            host.hypervisor().powerOff(instance);
            start(host, desired(instance, address), spec, 1);
            assertFalse(
                    Host.run("virsh", "-q", "-c", libvirtd.uri(), "dumpxml", instance.value())
                            .output()
                            .contains("nbd"),
                    "it boots from the file in the cache");
        } finally {
            host.metadata().close();
            host.hypervisor().close();
            host.network().close();
            host.images().close();
        }
    }

    private static void start(HostDrivers host, DesiredInstance desired, ImageSpec image, long generation)
            throws Exception {
        var instance = new InstanceId(desired.getInstanceId());
        var disk = host.disks().ensureRootDisk(instance, host.images().fetchToBoot(image, percent -> {}), 0);
        var endpoints = host.network().ensure(instance, desired.getEndpointsList());
        host.metadata().publish(desired);
        host.hypervisor()
                .start(new DomainSpec(
                        instance,
                        new AccountId(desired.getAccountId()),
                        generation,
                        0,
                        1,
                        128,
                        List.of(disk),
                        endpoints,
                        host.memory().consoleLog(instance)));
        host.network().attached(instance);
    }

    private static DomainState state(HostDrivers host, InstanceId instance) {
        return host.hypervisor().find(instance).orElseThrow().state();
    }

    /** What a command in the guest says; empty when the guest does not answer. */
    private static Optional<String> guest(String address, String command) throws IOException {
        var result = Host.ssh(key, address, command);
        return result.succeeded() ? Optional.of(result.output().strip()) : Optional.empty();
    }

    /** As sha256sum writes it for its input. */
    private static String hashOfWhatIsRead() throws Exception {
        var bytes = new byte[(int) (READ * MIB)];
        try (var file = new java.io.RandomAccessFile(raw.toFile(), "r")) {
            file.seek((Files.size(raw) / MIB - READ_BEFORE_END) * MIB);
            file.readFully(bytes);
        }
        var hash = java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
        return HexFormat.of().formatHex(hash) + "  -";
    }

    private static DesiredInstance desired(InstanceId instance, String address) throws IOException {
        return DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .setAccountId("123456789012")
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-" + instance.value().substring(2))
                        .setMac("02:16:3e:00:00:10")
                        .setPrivateIpv4(address)
                        .setPrivateDnsName("ip-test-10.us-east-1.internal"))
                .setMetadata(Metadata.newBuilder()
                        .setImageId("ami-12345678")
                        .setKeyName("dev")
                        .setPublicKey(Files.readString(folder.resolve("key.pub")))
                        .setRegion("us-east-1")
                        .setEnabled(true))
                .setZone("us-east-1a")
                .build();
    }
}
