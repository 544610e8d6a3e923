package io.coppice.ebs.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.coppice.ebs.archive.OvaBuilder;
import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.transfer.TransferOrder.FromArchive;
import io.coppice.ebs.transfer.TransferOrder.FromObject;
import io.coppice.ebs.transfer.TransferOrder.FromSnapshot;
import io.coppice.ebs.transfer.TransferOrder.Source;
import io.coppice.ebs.transfer.TransferOrder.Target;
import io.coppice.ebs.transfer.TransferOrder.ToObject;
import io.coppice.ebs.transfer.TransferOrder.ToVolume;
import io.coppice.ebs.transfer.TransferStatus.Step;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** If this fails, an imported or exported disk is not what it was, or a tenant's disk reads files of the machine. */
class TransfersTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int DATA = 3 << 20;
    private static final long DISK = 8L << 20;
    private static final long VOLUME = 1L << 30;

    @TempDir
    private Path folder;

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private HttpServer store;
    private final Map<ResourceId, DiskKey> keys = new ConcurrentHashMap<>();
    /** What is brought back from elsewhere now. */
    private final Set<SnapshotId> onItsWay = ConcurrentHashMap.newKeySet();

    private Layers layers;
    private Transfers transfers;
    private Path disk;

    @BeforeAll
    static void needQemu() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not installed");
    }

    @BeforeEach
    void start() throws IOException {
        store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", this::serve);
        store.start();
        layers = new Layers(folder.resolve("volumes"));
        transfers = open(VOLUME);
        disk = folder.resolve("disk.raw");
        var content = new byte[(int) DISK];
        new Random(7).nextBytes(content);
        Arrays.fill(content, DATA, content.length, (byte) 0);
        Files.write(disk, content);
    }

    private Transfers open(long objectBytes) throws IOException {
        try {
            return new Transfers(
                    folder.resolve("transfers"),
                    new LayerDisks(layers, id -> Optional.ofNullable(keys.get(id))),
                    onItsWay::contains,
                    new Transfers.Limits(2, objectBytes, LIMIT),
                    SSLContext.getDefault(),
                    Clock.systemUTC());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has one", e);
        }
    }

    @AfterEach
    void stop() {
        transfers.close();
        store.stop(0);
    }

    @ParameterizedTest
    @EnumSource(DiskFormat.class)
    void aDiskOfEveryFormatFillsAVolume(DiskFormat format) throws Exception {
        var volume = VolumeId.random();
        var layer = layers.add(volume, VOLUME, Optional.empty());
        objects.put("/disk", Files.readAllBytes(converted(format)));
        var source = new FromObject(url("/disk"), format);
        var known = await("import", order(source, null), Step.FETCHED);
        assertEquals(DISK, known.virtualBytes());
        await("import", order(source, new ToVolume(volume)), Step.DONE);
        qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), layer.toString());
        assertLeavesNothing();
        // As after a crash: what is there is written once more.
        transfers.forget("import");
        await("import", order(source, new ToVolume(volume)), Step.DONE);
        qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), layer.toString());
    }

    @Test
    void theDisksOfAnArchiveFillVolumesOneByOne() throws Exception {
        var other = folder.resolve("other.vmdk");
        Files.write(folder.resolve("other.raw"), new byte[1 << 20]);
        qemuImg(
                "convert",
                "-O",
                "vmdk",
                "-o",
                "subformat=streamOptimized",
                folder.resolve("other.raw").toString(),
                other.toString());
        var archive = new OvaBuilder()
                .add("vm.ovf", OvaBuilder.descriptor("other.vmdk", "disk.vmdk"))
                .add("disk.vmdk", Files.readAllBytes(converted(DiskFormat.VMDK)))
                .add("other.vmdk", Files.readAllBytes(other));
        objects.put("/ova", archive.bytes());
        var first = await("first", order(new FromArchive(url("/ova"), 0), null), Step.FETCHED);
        assertEquals(2, first.disks());
        assertEquals(1 << 20, first.virtualBytes());
        assertEquals(Files.size(other), first.fileBytes());
        var volume = VolumeId.random();
        var layer = layers.add(volume, VOLUME, Optional.empty());
        var second = new FromArchive(url("/ova"), 1);
        assertEquals(DISK, await("second", order(second, null), Step.FETCHED).virtualBytes());
        await("second", order(second, new ToVolume(volume)), Step.DONE);
        qemuImg("compare", "-f", "raw", "-F", "qcow2", disk.toString(), layer.toString());
        var none = await("third", order(new FromArchive(url("/ova"), 2), null), Step.FAILED);
        assertFalse(none.retryable());
        objects.put(
                "/bad",
                new OvaBuilder()
                        .add("vm.ovf", OvaBuilder.descriptor("a.vmdk"))
                        .add("a.vmdk", "# Disk DescriptorFile\nRW 63 FLAT \"/etc/shadow\" 0\n".repeat(20))
                        .bytes());
        var bad = await("bad", order(new FromArchive(url("/bad"), 0), null), Step.FAILED);
        assertTrue(bad.failure().contains("extents in files beside it"), bad.failure());
        transfers.forget("first");
        assertLeavesNothing();
    }

    @ParameterizedTest
    @CsvSource({"RAW, raw", "VMDK, vmdk", "VHD, vpc"})
    void aSnapshotBecomesAnObjectInParts(DiskFormat format, String driver) throws Exception {
        var snapshot = SnapshotId.random();
        var below = layers.add(VolumeId.random(), DISK, Optional.empty());
        qemuImg("convert", "-n", "-f", "raw", disk.toString(), "-O", "qcow2", below.toString());
        layers.point(snapshot, layers.add(VolumeId.random(), DISK, Optional.of(below)));
        var target = new ToObject(format);
        var source = new FromSnapshot(snapshot);
        var known = await("export", order(source, target), Step.CONVERTED);
        var part = 1L << 20;
        var parts = IntStream.range(0, Math.toIntExact(Math.ceilDiv(known.fileBytes(), part)))
                .mapToObj(i -> url("/part" + i))
                .toList();
        var done = await("export", new TransferOrder(source, Optional.of(target), part, parts), Step.DONE);
        assertEquals(parts.size(), done.partEtags().size());
        var whole = new ByteArrayOutputStream();
        for (var url : parts) {
            whole.write(objects.get(url.getPath()));
        }
        var file = Files.write(folder.resolve("exported"), whole.toByteArray());
        qemuImg("compare", "-f", "raw", "-F", driver, disk.toString(), file.toString());
        assertLeavesNothing();
    }

    @Test
    void anEncryptedVolumeIsFilledAndNotExported() throws Exception {
        var volume = VolumeId.random();
        var key = DiskKey.random();
        keys.put(volume, key);
        var layer = layers.add(volume, VOLUME, key);
        objects.put("/disk", Files.readAllBytes(converted(DiskFormat.QCOW2)));
        var source = new FromObject(url("/disk"), DiskFormat.QCOW2);
        await("import", order(source, new ToVolume(volume)), Step.DONE);
        qemuImg(
                "compare",
                "--object",
                "secret,id=k,data=" + new String(key.passphrase(), StandardCharsets.US_ASCII),
                "--image-opts",
                "driver=raw,file.driver=file,file.filename=" + disk,
                "driver=qcow2,encrypt.format=luks,encrypt.key-secret=k,file.driver=file,file.filename=" + layer);
        var snapshot = SnapshotId.random();
        layers.point(snapshot, layer);
        var failed = await("export", order(new FromSnapshot(snapshot), new ToObject(DiskFormat.RAW)), Step.FAILED);
        assertTrue(failed.failure().contains("encrypted"), failed.failure());
    }

    @Test
    void aSnapshotThatIsBroughtBackIsWaitedFor() throws Exception {
        var snapshot = SnapshotId.random();
        onItsWay.add(snapshot);
        var order = order(new FromSnapshot(snapshot), new ToObject(DiskFormat.RAW));
        for (int i = 0; i < 3; i++) {
            assertEquals(Step.WAITING, transfers.advance("export", order).step());
        }
        layers.point(snapshot, layers.add(VolumeId.random(), DISK, Optional.empty()));
        onItsWay.remove(snapshot);
        await("export", order, Step.CONVERTED);
    }

    @Test
    void anObjectBecomesAnotherObject() throws Exception {
        objects.put("/disk", Files.readAllBytes(converted(DiskFormat.QCOW2)));
        var source = new FromObject(url("/disk"), DiskFormat.QCOW2);
        var target = new ToObject(DiskFormat.RAW);
        await("again", order(source, target), Step.CONVERTED);
        await("again", new TransferOrder(source, Optional.of(target), DISK, List.of(url("/out"))), Step.DONE);
        assertArrayEquals(Files.readAllBytes(disk), objects.get("/out"));
    }

    @Test
    void whatNamesOtherFilesIsRefusedBeforeAnythingOpensIt() throws Exception {
        var secret = Files.write(folder.resolve("secret"), new byte[1 << 20]);
        var overlay = folder.resolve("overlay");
        qemuImg("create", "-f", "qcow2", "-b", secret.toString(), "-F", "raw", overlay.toString());
        refused(DiskFormat.QCOW2, Files.readAllBytes(overlay), "backing file");

        var outside = folder.resolve("outside");
        qemuImg("create", "-f", "qcow2", "-o", "data_file=" + folder.resolve("data"), outside.toString(), "1M");
        refused(DiskFormat.QCOW2, Files.readAllBytes(outside), "data file");

        var list = ("# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n"
                        + "RW 2048 FLAT \"" + secret + "\" 0\n")
                .getBytes(StandardCharsets.UTF_8);
        refused(DiskFormat.VMDK, Arrays.copyOf(list, 64 << 10), "files beside it");

        var sparse = Files.readAllBytes(converted(DiskFormat.VMDK));
        var sizeless = sparse.clone();
        ByteBuffer.wrap(sizeless).order(ByteOrder.LITTLE_ENDIAN).putLong(12, 0);
        refused(DiskFormat.VMDK, sizeless, "files beside it");

        var child = Files.readAllBytes(converted(DiskFormat.VHD));
        ByteBuffer.wrap(child).putInt(60, 4);
        refused(DiskFormat.VHD, child, "parent disk");
    }

    @Test
    void whatIsNoDiskOfItsFormatOrTooLargeOrGoneIsRefused() throws Exception {
        refused(DiskFormat.RAW, Files.readAllBytes(converted(DiskFormat.QCOW2)), "in the format QCOW2 and not RAW");
        refused(DiskFormat.VMDK, Files.readAllBytes(disk), "no format that is known");
        refused(DiskFormat.QCOW2, Arrays.copyOf(Files.readAllBytes(converted(DiskFormat.QCOW2)), 50), "cut off");
        refused(DiskFormat.RAW, new byte[0], "empty");
        var broken = Files.readAllBytes(converted(DiskFormat.VHDX));
        Arrays.fill(broken, 4096, broken.length, (byte) 0x5a);
        refused(DiskFormat.VHDX, broken, "cannot be read");
        var gone = await("gone", order(new FromObject(url("/gone"), DiskFormat.RAW), null), Step.FAILED);
        assertFalse(gone.retryable());
        assertTrue(gone.failure().contains("404"), gone.failure());
        transfers.close();
        transfers = open(DISK - 1);
        refused(DiskFormat.RAW, Files.readAllBytes(disk), "more than");
    }

    @Test
    void aDiskLargerThanItsVolumeIsRefused() throws Exception {
        var volume = VolumeId.random();
        layers.add(volume, DISK / 2, Optional.empty());
        objects.put("/disk", Files.readAllBytes(disk));
        var source = new FromObject(url("/disk"), DiskFormat.RAW);
        await("large", order(source, null), Step.FETCHED);
        var failed = await("large", order(source, new ToVolume(volume)), Step.FAILED);
        assertTrue(failed.failure().contains("larger than the volume"), failed.failure());
    }

    @Test
    void aStoreThatFailsMayBeAskedAgainAndAForgottenTransferLeavesNothing() throws Exception {
        var failed = await("later", order(new FromObject(url("/broken"), DiskFormat.RAW), null), Step.FAILED);
        assertTrue(failed.retryable());
        objects.put("/disk", Files.readAllBytes(disk));
        await("left", order(new FromObject(url("/disk"), DiskFormat.RAW), null), Step.FETCHED);
        assertFalse(isEmpty());
        transfers.forget("left");
        assertLeavesNothing();
        await("left", order(new FromObject(url("/disk"), DiskFormat.RAW), null), Step.FETCHED);
        transfers = open(VOLUME);
        assertTrue(isEmpty(), "a start keeps what the one before left");
    }

    private void refused(DiskFormat format, byte[] content, String why) throws Exception {
        objects.put("/refused", content);
        var failed = await("refused", order(new FromObject(url("/refused"), format), null), Step.FAILED);
        assertTrue(failed.failure().contains(why), failed.failure());
        assertFalse(failed.failure().contains(folder.toString()), failed.failure());
        assertFalse(failed.retryable());
        assertLeavesNothing();
        transfers.forget("refused");
    }

    private static TransferOrder order(Source source, @org.jspecify.annotations.Nullable Target target) {
        return new TransferOrder(source, Optional.ofNullable(target), 0, List.of());
    }

    private TransferStatus await(String id, TransferOrder order, Step wanted) throws InterruptedException {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        var status = transfers.advance(id, order);
        while (status.step() != wanted) {
            assertTrue(status.step() != Step.FAILED && System.nanoTime() < deadline, "it is at " + status);
            Thread.sleep(10);
            status = transfers.advance(id, order);
        }
        return status;
    }

    private Path converted(DiskFormat format) throws Exception {
        var file = folder.resolve("converted." + format);
        var command = new ArrayList<>(List.of("convert", "-f", "raw", disk.toString(), "-O", format.driver()));
        command.addAll(format.writing());
        command.add(file.toString());
        qemuImg(command.toArray(String[]::new));
        return file;
    }

    private static void qemuImg(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> command + ": " + said);
    }

    /** What a step kept goes right after its end is seen. */
    private void assertLeavesNothing() throws Exception {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!isEmpty()) {
            assertTrue(System.nanoTime() < deadline, "something of it is left");
            Thread.sleep(10);
        }
    }

    private boolean isEmpty() throws IOException {
        try (var files = Files.list(folder.resolve("transfers"))) {
            return files.findAny().isEmpty();
        }
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + store.getAddress().getPort() + path);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            if (path.equals("/broken")) {
                exchange.sendResponseHeaders(503, -1);
            } else if (exchange.getRequestMethod().equals("PUT")) {
                var body = exchange.getRequestBody().readAllBytes();
                objects.put(path, body);
                exchange.getResponseHeaders().add("ETag", "\"" + Arrays.hashCode(body) + "\"");
                exchange.sendResponseHeaders(200, -1);
            } else if (objects.containsKey(path)) {
                var body = objects.get(path);
                exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }
}
