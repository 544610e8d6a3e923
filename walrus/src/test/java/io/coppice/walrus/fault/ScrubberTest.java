package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.blob.BlobId;
import io.coppice.walrus.metadata.BlobChecks;
import io.coppice.walrus.metadata.Scrubber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** If this failed, bytes that rotted on the disk would be found by whoever reads them last. */
class ScrubberTest {
    @TempDir
    Path folder;

    private WalrusFixture walrus;
    private BlobChecks checks;

    @BeforeEach
    void start() throws IOException {
        walrus = new WalrusFixture(folder);
        checks = new BlobChecks(walrus.transactions());
        try (var s3 = walrus.alice()) {
            s3.createBucket(b -> b.bucket("rot"));
            s3.putObject(b -> b.bucket("rot").key("large"), RequestBody.fromBytes(new byte[3_000_000]));
            s3.putObject(b -> b.bucket("rot").key("small"), RequestBody.fromString("lies in its row"));
        }
    }

    @AfterEach
    void stop() throws IOException {
        walrus.close();
    }

    @Test
    void rotIsFoundListedAndForgottenOnceItIsMended() throws IOException {
        assertEquals(new Scrubber.Run(1, 3_000_000, 0), scrub());
        var file = file();
        var bytes = Files.readAllBytes(file);
        bytes[1_234_567] ^= 1;
        Files.write(file, bytes);
        assertEquals(new Scrubber.Run(1, 3_000_000, 1), scrub());
        var damaged = checks.damaged(10).getFirst();
        assertEquals(Optional.of("rot/large"), damaged.object());
        assertEquals("other bytes than were stored", damaged.damage());
        bytes[1_234_567] ^= 1;
        Files.write(file, bytes);
        assertEquals(0, scrub().damaged());
        assertEquals(0, checks.damaged(10).size());
    }

    @Test
    void aShortAndALongAndAMissingFileAreFound() throws IOException {
        var file = file();
        Files.write(file, new byte[2_999_999]);
        assertEquals(1, scrub().damaged());
        assertEquals(
                "2999999 bytes where 3000000 were stored",
                checks.damaged(10).getFirst().damage());
        Files.write(file, new byte[3_000_001]);
        assertEquals(1, scrub().damaged());
        Files.delete(file);
        assertEquals(1, scrub().damaged());
        assertEquals("its bytes are gone", checks.damaged(10).getFirst().damage());
        // Whoever overwrites the object gets rid of the damage with it.
        try (var s3 = walrus.alice()) {
            s3.deleteObject(b -> b.bucket("rot").key("large"));
        }
        walrus.collector().collectUnreferenced();
        assertEquals(0, checks.damaged(10).size());
    }

    @Test
    void whatWasReadLatelyIsNotReadAgainAndAScrubberThatIsStoppedGoesOn() throws IOException {
        var paused = new Scrubber(checks, walrus.blobs(), Clock.systemUTC(), Duration.ofSeconds(-60));
        assertEquals(0, paused.run(bytes -> false).blobs());
        assertEquals(1, paused.backlog().blobs());
        scrub();
        var rare = new Scrubber(checks, walrus.blobs(), Clock.systemUTC(), Duration.ofHours(1));
        assertEquals(0, rare.run(bytes -> true).blobs());
        assertTrue(rare.backlog().blobs() == 0);
    }

    private Scrubber.Run scrub() throws IOException {
        // Only what was stored or read before this very moment, so that nothing is read twice.
        return new Scrubber(checks, walrus.blobs(), Clock.systemUTC(), Duration.ZERO).run(bytes -> true);
    }

    private Path file() throws IOException {
        var all = new ArrayList<BlobId>();
        walrus.blobs().scan(Clock.systemUTC().instant().plusSeconds(60), all::add);
        assertEquals(1, all.size(), "the small object has no file");
        return walrus.blobs().file(all.getFirst()).orElseThrow();
    }
}
