package io.coppice.node.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.disk.DiskStore.CachedBase;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, guests would get disks that QEMU cannot read, or disks would be lost or left behind. */
class QcowDiskStoreTest {
    private static final long MIB = 1 << 20;
    private static final CommandRunner COMMANDS = new CommandRunner(Duration.ofSeconds(30));

    @TempDir
    Path folder;

    private CachedBase raw;

    @BeforeEach
    void makeBase() throws IOException {
        var file = folder.resolve("a".repeat(64));
        var bytes = new byte[(int) (3 * MIB)];
        bytes[1_000_000] = 42;
        Files.write(file, bytes);
        raw = new CachedBase("a".repeat(64), file, "raw");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5 * MIB, 512 * MIB, 513 * MIB, 10L << 30, 2L << 40})
    void qemuFindsNoFaultWithAnOverlay(long sizeBytes) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not installed");
        var instance = InstanceId.random();
        var disk = store(0).ensureRootDisk(instance, raw, sizeBytes);
        var check = COMMANDS.run("qemu-img", "check", disk.file().toString());
        assertTrue(check.contains("No errors were found"), check);
        var info = COMMANDS.run("qemu-img", "info", "--output=json", disk.file().toString());
        assertTrue(info.contains("\"virtual-size\": " + Math.max(sizeBytes, 3 * MIB)), info);
        assertTrue(info.contains("\"backing-filename-format\": \"raw\""), info);
        assertEquals(
                Math.max(sizeBytes, 3 * MIB),
                QcowHeader.read(disk.file()).orElseThrow().virtualSizeBytes());
    }

    @Test
    void anOverlayReadsItsBaseAndKeepsItsOwnWrites() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "qemu-io is not installed");
        var disk = store(0).ensureRootDisk(InstanceId.random(), raw, 600 * MIB);
        var path = disk.file().toString();
        COMMANDS.run("qemu-io", "-c", "read -P 42 1000000 1", path);
        var last = 599 * MIB;
        COMMANDS.run("qemu-io", "-c", "write -P 7 " + last + " 64k", path);
        assertTrue(COMMANDS.run("qemu-io", "-c", "read -P 7 " + last + " 64k", path)
                .contains("read 65536"));
        assertTrue(COMMANDS.run("qemu-img", "check", path).contains("No errors were found"));
        assertEquals(3 * MIB, Files.size(raw.file()), "the image is never written");
    }

    @Test
    void localDisksBeginEmptyLastUntilTheyAreRemovedAndLeaveTheRootDisk() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "qemu-io is not installed");
        var store = store(0);
        var instance = InstanceId.random();
        var wanted = List.of(new LocalDisk("ephemeral0", 8L << 30), new LocalDisk("swap", 256 * MIB));
        store.ensureRootDisk(instance, raw, 0);
        var disks = store.ensureLocalDisks(instance, wanted);
        assertEquals(
                List.of("ephemeral0", "swap"), disks.stream().map(Disk::serial).toList());
        for (int i = 0; i < disks.size(); i++) {
            var path = disks.get(i).file().toString();
            assertTrue(COMMANDS.run("qemu-img", "check", path).contains("No errors were found"));
            var info = COMMANDS.run("qemu-img", "info", "--output=json", path);
            assertTrue(info.contains("\"virtual-size\": " + wanted.get(i).sizeBytes()), info);
            assertFalse(info.contains("backing"), info);
        }
        var path = disks.getFirst().file().toString();
        COMMANDS.run("qemu-io", "-c", "read -P 0 0 64k", "-c", "write -P 9 4G 64k", path);
        assertEquals(disks, store.ensureLocalDisks(instance, wanted));
        COMMANDS.run("qemu-io", "-c", "read -P 9 4G 64k", path);
        store.removeLocalDisks(instance);
        assertTrue(store.hasRootDisk(instance));
        store.ensureLocalDisks(instance, wanted);
        COMMANDS.run("qemu-io", "-c", "read -P 0 4G 64k", path);
        store.remove(instance);
        assertEquals(Set.of(), store.instances());
        assertFalse(Files.exists(folder.resolve("instances").resolve(instance.value())));
    }

    @Test
    void anInstanceWithLocalDisksAloneIsFoundAndANameLeadsNowhereElse() throws Exception {
        var store = store(0);
        var instance = InstanceId.random();
        store.ensureLocalDisks(instance, List.of(new LocalDisk("ephemeral23", MIB)));
        assertEquals(Set.of(instance), store.instances());
        assertEquals(Set.of(), store.basesInUse());
        for (var name : List.of("../x", "ephemeral24", "root", "")) {
            assertThrows(IllegalArgumentException.class, () -> new LocalDisk(name, MIB));
        }
    }

    @Test
    void aDiskThatExistsIsKept() throws Exception {
        var store = store(0);
        var instance = InstanceId.random();
        var disk = store.ensureRootDisk(instance, raw, 0);
        Files.write(disk.file(), new byte[] {1, 2, 3});
        assertEquals(disk, store.ensureRootDisk(instance, raw, 10 * MIB));
        assertEquals(3, Files.size(disk.file()));
    }

    @Test
    void aFullDiskLeavesNothing() {
        var instance = InstanceId.random();
        assertThrows(FileSystemException.class, () -> store(1L << 40).ensureRootDisk(instance, raw, 0));
        assertFalse(Files.exists(folder.resolve("instances").resolve(instance.value())));
    }

    @Test
    void aMissingBaseLeavesNothing() throws Exception {
        var instance = InstanceId.random();
        var store = store(0);
        var gone = new CachedBase("b".repeat(64), folder.resolve("b"), "raw");
        assertThrows(IOException.class, () -> store.ensureRootDisk(instance, gone, 0));
        assertFalse(Files.exists(folder.resolve("instances").resolve(instance.value())));
    }

    @Test
    void aLinkInPlaceOfTheFolderIsNotFollowed() throws Exception {
        var instance = InstanceId.random();
        var store = store(0);
        var elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("instances").resolve(instance.value()), elsewhere);
        assertThrows(IOException.class, () -> store.ensureRootDisk(instance, raw, 0));
        assertThrows(IOException.class, () -> store.remove(instance));
        try (var files = Files.list(elsewhere)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void tellsWhatIsThereAndWhichImagesAreNeeded() throws Exception {
        var store = store(0);
        var instance = InstanceId.random();
        store.ensureRootDisk(instance, raw, 0);
        Files.createDirectory(folder.resolve("instances/not-an-instance"));
        assertEquals(Set.of(instance), store.instances());
        assertEquals(Set.of("a".repeat(64)), store.basesInUse());
        store.remove(instance);
        store.remove(instance);
        assertEquals(Set.of(), store.instances());
        assertEquals(Set.of(), store.basesInUse());
        assertFalse(Files.exists(folder.resolve("instances").resolve(instance.value())));
    }

    private QcowDiskStore store(long reserveMib) throws IOException {
        return new QcowDiskStore(folder.resolve("instances"), reserveMib, folder);
    }
}
