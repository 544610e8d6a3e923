package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * If this failed, what guests write to encrypted volumes would lie in the clear, be lost, or its key be seen by others: all
 * that holds for volumes in the clear, and then that.
 */
class EncryptedVolumesTest extends ServedVolumesTest {
    private static final DiskKey KEY = DiskKey.random();
    private static final int PATTERN = 0xa7;

    private final Set<ResourceId> inTheClear = new HashSet<>();

    @Override
    DiskKeys keys() {
        return id -> inTheClear.contains(id) ? Optional.empty() : Optional.of(KEY);
    }

    @Test
    void whatIsWrittenIsInNoFile() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, PATTERN);
        var snapshot = SnapshotId.random();
        backend().snapshot(snapshot, volume);
        write(export, PATTERN);
        assertFalse(isInAFile());
        for (var layer : layers().chain(layers().find(volume).orElseThrow())) {
            assertTrue(Layers.isEncrypted(layer));
            // The key of this test alone is nobody's secret.
            var node =
                    "json:{\"driver\":\"qcow2\",\"backing\":null,\"encrypt\":{\"format\":\"luks\",\"key-secret\":\"k\"},"
                            + "\"file\":{\"driver\":\"file\",\"filename\":\"" + layer + "\"}}";
            assertEquals(0, run("qemu-img", "check", "-U", "--object", "secret,id=k,data=" + passphrase(), node));
        }
    }

    @Test
    void theKeyIsInNoArgumentOfTheDaemonAndInNoFile() throws Exception {
        var volume = VolumeId.random();
        served(volume, FIRST);
        var arguments = Files.readString(Path.of("/proc", Long.toString(pid(volume)), "cmdline"));
        assertTrue(arguments.contains("disk-key"));
        assertFalse(arguments.contains(passphrase()));
        var environment = Files.readAllBytes(Path.of("/proc", Long.toString(pid(volume)), "environ"));
        assertFalse(new String(environment, StandardCharsets.ISO_8859_1).contains(passphrase()));
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(passphrase()),
                        file.toString());
            }
        }
    }

    @Test
    void anEncryptedVolumeGrowsAndBeginsWithZeros() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        assertTrue(holds(export, 0));
        write(export, PATTERN);
        backend().create(volume, 2 * GIB, NOTHING);
        assertTrue(holds(export, PATTERN));
        assertEquals(2 * GIB, Layers.sizeBytes(layers().find(volume).orElseThrow()));
    }

    @Test
    void whatAPlainSnapshotHoldsIsEncryptedForAVolumeAndForACopy() throws Exception {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        inTheClear.add(volume);
        inTheClear.add(snapshot);
        write(served(volume, FIRST), PATTERN);
        backend().snapshot(snapshot, volume);
        assertTrue(isInAFile());

        var copy = SnapshotId.random();
        eventually(() -> backend().copy(copy, snapshot));
        var clone = VolumeId.random();
        served.add(clone);
        eventually(() -> backend().create(clone, 2 * GIB, Optional.of(snapshot)));
        backend().delete(volume);
        backend().delete(snapshot);
        assertFalse(isInAFile());
        assertTrue(holds(backend().serve(clone, SECOND), PATTERN));
        var ofCopy = VolumeId.random();
        served.add(ofCopy);
        assertTrue(backend().create(ofCopy, GIB, Optional.of(copy)));
        assertTrue(holds(backend().serve(ofCopy, FIRST), PATTERN));
    }

    private static String passphrase() {
        return new String(KEY.passphrase(), StandardCharsets.US_ASCII);
    }

    /** Whether half a KiB of the pattern lies somewhere in a layer. */
    private boolean isInAFile() throws IOException {
        var wanted = String.valueOf((char) PATTERN).repeat(512);
        try (var files = Files.list(layers().folder())) {
            for (var file : files.toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(wanted)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static int run(String... command) throws Exception {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }
}
