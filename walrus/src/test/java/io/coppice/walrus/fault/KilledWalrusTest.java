package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.blob.LocalBlobStore;
import io.coppice.walrus.metadata.BlobCollector;
import io.coppice.walrus.metadata.Blobs;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, an object whose write was answered with 200 could be lost or damaged by a crash, or one whose write was
 * not could be half there. The seed of a failed run is in its message; {@code -Dkill.seed=S} repeats its choices.
 */
class KilledWalrusTest {
    private static final int WRITERS = 4;
    private static final int WRITES = 1000;

    @TempDir
    Path folder;

    @Test
    void everyAcknowledgedWriteOutlivesAKill() throws Exception {
        killDuringWrites(1);
    }

    @Test
    @Tag("full")
    void everyAcknowledgedWriteOutlivesThreeKills() throws Exception {
        killDuringWrites(3);
    }

    private void killDuringWrites(int rounds) throws Exception {
        var seed = Long.getLong("kill.seed", System.nanoTime());
        var random = new Random(seed);
        try (var postgres = EmbeddedPostgres.builder().start()) {
            var database = WalrusFixture.database(postgres);
            var writers = new ArrayList<MixedWrites>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new MixedWrites("writer-" + i, new Random(random.nextLong())));
            }
            for (int round = 0; round < rounds; round++) {
                try (var walrus = WalrusProcess.start(database, folder)) {
                    var acknowledged = new AtomicInteger();
                    var threads = new ArrayList<Thread>();
                    for (var writer : writers) {
                        threads.add(Thread.ofPlatform()
                                .start(() -> writer.write(walrus.endpoint(), WRITES / WRITERS, acknowledged)));
                    }
                    var enough = WRITES / 10 + random.nextInt(WRITES * 7 / 10);
                    while (acknowledged.get() < enough && threads.stream().anyMatch(Thread::isAlive)) {
                        Thread.sleep(1);
                    }
                    walrus.kill();
                    for (var thread : threads) {
                        thread.join();
                    }
                    assertTrue(
                            acknowledged.get() >= enough,
                            () -> "seed " + seed + ": only " + acknowledged + " writes went well, then "
                                    + writers.getFirst().lastFailure());
                }
                try (var walrus = WalrusProcess.start(database, folder)) {
                    for (var writer : writers) {
                        writer.verify(walrus.endpoint(), "seed " + seed + ", round " + round);
                    }
                }
            }
            nothingIsLeftBehind(database);
        }
    }

    /** Once the collector was there, every file has a row and every row its file. */
    private void nothingIsLeftBehind(String database) throws Exception {
        var clock = Clock.systemUTC();
        try (var sessions = WalrusFixture.sessions(database)) {
            var transactions = WalrusFixture.transactions(sessions, () -> false);
            var bytes = new LocalBlobStore(folder, 0);
            var collector = new BlobCollector(transactions, new Blobs(clock), bytes, clock, Duration.ofSeconds(-60));
            collector.collectUnreferenced();
            collector.collectOrphans();
            var rows = transactions.call(session -> session.createNativeQuery("select count(*) from blob", Long.class)
                    .getSingleResult());
            var files = new AtomicInteger();
            bytes.scan(clock.instant().plusSeconds(60), blob -> files.incrementAndGet());
            assertEquals(rows.intValue(), files.get(), "rows of blobs, and files");
        }
    }
}
