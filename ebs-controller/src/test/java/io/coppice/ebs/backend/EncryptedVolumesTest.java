package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** If this failed, {@link EncryptedVolumes}, and all that holds for volumes in the clear, would not hold for encrypted layers. */
class EncryptedVolumesTest extends ServedVolumesTest implements EncryptedVolumes {
    private final TestKeys testKeys = new TestKeys();

    @Override
    DiskKeys keys() {
        return testKeys;
    }

    @Override
    public ServedVolumesContract test() {
        return this;
    }

    @Override
    public TestKeys testKeys() {
        return testKeys;
    }

    @Override
    public List<byte[]> stored() throws IOException {
        var all = new ArrayList<byte[]>();
        try (var files = Files.list(layers().folder())) {
            for (var file : files.toList()) {
                all.add(Files.readAllBytes(file));
            }
        }
        return all;
    }

    @Test
    void theLayersThatTheControllerWritesItselfAreSound() throws Exception {
        var volume = VolumeId.random();
        write(served(volume, FIRST), PATTERN);
        backend().snapshot(SnapshotId.random(), volume);
        for (var layer : layers().chain(layers().find(volume).orElseThrow())) {
            assertTrue(Layers.isEncrypted(layer));
            // The key of this test alone is nobody's secret.
            var node =
                    "json:{\"driver\":\"qcow2\",\"backing\":null,\"encrypt\":{\"format\":\"luks\",\"key-secret\":\"k\"},"
                            + "\"file\":{\"driver\":\"file\",\"filename\":\"" + layer + "\"}}";
            assertEquals(
                    0, run("qemu-img", "check", "-U", "--object", "secret,id=k,data=" + testKeys.passphrase(), node));
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
