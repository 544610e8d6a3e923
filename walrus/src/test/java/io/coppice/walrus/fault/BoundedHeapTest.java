package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * If this failed, large objects would take memory by their size, and many clients that move them would end the server. It
 * has a heap that a twentieth of what is under way at a time would fill.
 */
@Tag("full")
class BoundedHeapTest {
    private static final int CLIENTS = 64;
    private static final int MIB = 1024 * 1024;
    private static final int OBJECT_MIB = 40;

    @TempDir
    Path folder;

    @Test
    void manyClientsMoveLargeObjectsThroughASmallHeap() throws Exception {
        try (var postgres = EmbeddedPostgres.builder().start();
                var walrus = WalrusProcess.start(WalrusFixture.database(postgres), folder, List.of("-Xmx128m"));
                var s3 = WalrusFixture.client(walrus.endpoint(), WalrusFixture.ALICE, WalrusFixture.SECRET);
                var threads = Executors.newFixedThreadPool(CLIENTS)) {
            s3.createBucket(b -> b.bucket("large"));
            var moves = new ArrayList<Callable<Boolean>>();
            for (int i = 0; i < CLIENTS; i++) {
                var key = "object-" + i;
                moves.add(() -> move(s3, key));
            }
            for (var moved : threads.invokeAll(moves)) {
                assertTrue(moved.get());
            }
            assertTrue(walrus.isAlive(), "it ran out of memory");
        }
    }

    private static boolean move(S3Client s3, String key) throws IOException {
        var block = new byte[MIB];
        new Random(key.hashCode()).nextBytes(block);
        s3.putObject(
                b -> b.bucket("large").key(key),
                RequestBody.fromContentProvider(
                        () -> content(block), (long) OBJECT_MIB * MIB, "application/octet-stream"));
        var expected = checksum(content(block));
        try (var body = s3.getObject(b -> b.bucket("large").key(key))) {
            assertEquals(expected, checksum(body));
        }
        return true;
    }

    private static InputStream content(byte[] block) {
        var blocks = new ArrayList<InputStream>();
        for (int i = 0; i < OBJECT_MIB; i++) {
            blocks.add(new ByteArrayInputStream(block));
        }
        return new SequenceInputStream(Collections.enumeration(blocks));
    }

    private static long checksum(InputStream content) throws IOException {
        var checksum = new CRC32C();
        var buffer = new byte[64 * 1024];
        for (var count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            checksum.update(buffer, 0, count);
        }
        return checksum.getValue();
    }
}
