package io.coppice.ebs.backend;

import static io.coppice.ebs.backend.ServedVolumesContract.FIRST;
import static io.coppice.ebs.backend.ServedVolumesContract.GIB;
import static io.coppice.ebs.backend.ServedVolumesContract.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * If this failed for a backend, what guests write to encrypted volumes would lie in the clear, be lost, or its key be seen by
 * others. Beside all that {@link ServedVolumesContract} says, of volumes that have keys.
 */
interface EncryptedVolumes {
    int PATTERN = 0xa7;

    /** The test itself. */
    ServedVolumesContract test();

    /** What the backend knows the keys from. */
    TestKeys testKeys();

    /** All that is stored of volumes and snapshots, as whoever has the disks sees it. Holes may be left out. */
    Iterable<byte[]> stored() throws Exception;

    @Test
    default void whatIsWrittenIsStoredNowhereInTheClear() throws Exception {
        var volume = VolumeId.random();
        var export = test().served(volume, FIRST);
        ServedVolumesContract.write(export, PATTERN);
        var snapshot = SnapshotId.random();
        test().backend().snapshot(snapshot, volume);
        ServedVolumesContract.write(export, PATTERN);
        assertFalse(isStored());
        test().backend().delete(snapshot);
    }

    @Test
    default void theKeyIsInNoArgumentOfTheDaemonAndInNoFile() throws Exception {
        var volume = VolumeId.random();
        test().served(volume, FIRST);
        var process = Path.of("/proc", Long.toString(test().pid(volume)));
        var arguments = Files.readString(process.resolve("cmdline"));
        assertTrue(arguments.contains("disk-key"));
        assertFalse(arguments.contains(testKeys().passphrase()));
        assertFalse(
                has(Files.readAllBytes(process.resolve("environ")), testKeys().passphrase()));
        try (var files = Files.walk(test().folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(has(Files.readAllBytes(file), testKeys().passphrase()), file.toString());
            }
        }
    }

    @Test
    default void anotherKeyOpensNothingAndNoneNeither() throws Exception {
        var volume = VolumeId.random();
        ServedVolumesContract.write(test().served(volume, FIRST), PATTERN);
        test().backend().withdraw(volume);
        testKeys().mistake(volume);
        assertThrows(IOException.class, () -> test().backend().serve(volume, SECOND));
        testKeys().forget(volume);
        assertThrows(IOException.class, () -> test().backend().serve(volume, SECOND));
        testKeys().remember(volume);
        assertTrue(ServedVolumesContract.holds(test().backend().serve(volume, SECOND), PATTERN));
    }

    @Test
    default void anEncryptedVolumeGrowsAndBeginsWithZeros() throws Exception {
        var volume = VolumeId.random();
        var export = test().served(volume, FIRST);
        assertTrue(ServedVolumesContract.holds(export, 0));
        ServedVolumesContract.write(export, PATTERN);
        test().backend().create(volume, 2 * GIB, ServedVolumesContract.NOTHING);
        assertTrue(ServedVolumesContract.holds(export, PATTERN));
        assertEquals(0, ServedVolumesContract.io(export, "read -P 0 64k 1M"));
        assertEquals(0, ServedVolumesContract.io(export, "read -P 0 2047M 1M"));
        assertEquals(0, ServedVolumesContract.io(export, "write -P 3 2047M 1M"));
        assertEquals(0, ServedVolumesContract.io(export, "read -P 3 2047M 1M"));
    }

    @Test
    default void whatAPlainSnapshotHoldsIsEncryptedForAVolumeAndForACopy() throws Exception {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        testKeys().forget(volume);
        testKeys().forget(snapshot);
        ServedVolumesContract.write(test().served(volume, FIRST), PATTERN);
        test().backend().snapshot(snapshot, volume);
        // Without this the absence of it below would say nothing.
        assertTrue(isStored());

        var copy = SnapshotId.random();
        ServedVolumesContract.eventually(() -> test().backend().copy(copy, snapshot));
        var clone = VolumeId.random();
        test().served.add(clone);
        ServedVolumesContract.eventually(() -> test().backend().create(clone, 2 * GIB, Optional.of(snapshot)));
        test().backend().delete(volume);
        test().backend().delete(snapshot);
        ServedVolumesContract.eventually(() -> !isStored());
        assertTrue(ServedVolumesContract.holds(test().backend().serve(clone, SECOND), PATTERN));
        var ofCopy = VolumeId.random();
        test().served.add(ofCopy);
        assertTrue(test().backend().create(ofCopy, GIB, Optional.of(copy)));
        assertTrue(ServedVolumesContract.holds(test().backend().serve(ofCopy, FIRST), PATTERN));
        test().backend().delete(copy);
    }

    /** Whether half a KiB of the pattern is stored somewhere. */
    private boolean isStored() throws Exception {
        var wanted = String.valueOf((char) PATTERN).repeat(512);
        for (var bytes : stored()) {
            if (has(bytes, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(byte[] bytes, String wanted) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(wanted);
    }
}
