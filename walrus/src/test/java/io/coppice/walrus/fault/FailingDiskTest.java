package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, a disk that is full or cannot be written would make Walrus lose objects, answer nonsense, or need a
 * restart once it is well again. Needs root: the disk is a file system of its own, in memory.
 */
class FailingDiskTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path folder;

    private Path disk;
    private WalrusFixture walrus;
    private S3Client s3;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root mounts file systems");
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(command("mount", "-t", "tmpfs", "-o", "size=24m", "coppice-test", disk.toString()), "no tmpfs here");
        walrus = new WalrusFixture(disk);
        s3 = WalrusFixture.clientBuilder(walrus.endpoint(), WalrusFixture.ALICE, WalrusFixture.SECRET)
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .build();
        s3.createBucket(b -> b.bucket("disk"));
    }

    @AfterEach
    void stop() throws Exception {
        if (walrus != null) {
            s3.close();
            walrus.close();
        }
        command("umount", "-l", disk.toString());
    }

    @Test
    void aFullDiskRefusesWritesAndTakesThemAgainOnceThereIsRoom() throws IOException {
        var content = new byte[3 * MIB];
        content[MIB] = 7;
        var stored = 0;
        S3Exception refused = null;
        while (refused == null && stored < 20) {
            var key = "k" + stored;
            try {
                s3.putObject(b -> b.bucket("disk").key(key), RequestBody.fromBytes(content));
                stored++;
            } catch (S3Exception e) {
                refused = e;
            }
        }
        assertTrue(refused != null && stored > 2, "the disk did not get full: " + stored);
        assertEquals(507, refused.statusCode(), refused.toString());
        var last = "k" + (stored - 1);
        assertArrayEquals(
                content, s3.getObjectAsBytes(b -> b.bucket("disk").key(last)).asByteArray(), "reads go on");
        s3.deleteObject(b -> b.bucket("disk").key("k0"));
        walrus.collector().collectUnreferenced();
        walrus.collector().collectOrphans();
        s3.putObject(b -> b.bucket("disk").key("again"), RequestBody.fromBytes(content));
        assertEquals(stored, walrus.blobCount(), "what was refused left nothing");
    }

    @Test
    void aReadOnlyDiskRefusesWritesAndTakesThemAgainOnceItIsWell() throws Exception {
        var content = "x".repeat(MIB).getBytes(StandardCharsets.UTF_8);
        s3.putObject(b -> b.bucket("disk").key("before"), RequestBody.fromBytes(content));
        assertTrue(command("mount", "-o", "remount,ro", disk.toString()), "it stays writable");
        var refused = assertThrows(
                S3Exception.class,
                () -> s3.putObject(b -> b.bucket("disk").key("never"), RequestBody.fromBytes(content)));
        assertEquals(503, refused.statusCode(), refused.toString());
        assertArrayEquals(
                content,
                s3.getObjectAsBytes(b -> b.bucket("disk").key("before")).asByteArray(),
                "reads go on");
        assertTrue(command("mount", "-o", "remount,rw", disk.toString()), "it stays read-only");
        s3.putObject(b -> b.bucket("disk").key("after"), RequestBody.fromBytes(content));
        assertEquals(
                List.of("after", "before"),
                s3.listObjectsV2(b -> b.bucket("disk")).contents().stream()
                        .map(each -> each.key())
                        .toList());
    }

    private static boolean command(String... line) throws IOException, InterruptedException {
        return new ProcessBuilder(line).redirectErrorStream(true).start().waitFor() == 0;
    }
}
