package io.coppice.node.image.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.image.serve.Ranges.RefusedException;
import io.coppice.node.lab.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, guests would read holes instead of their image, or the same blocks would be fetched again and again. */
class FetchesTest {
    private static final int COUNT = 10;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final byte[] content = new byte[COUNT * Blocks.BLOCK_BYTES - 1000];
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable IOException failure;
    private volatile @Nullable CountDownLatch gate;

    @BeforeEach
    void fill() {
        new Random(7).nextBytes(content);
    }

    private byte[] range(long offset, int length) throws IOException, InterruptedException {
        asked.add(offset / Blocks.BLOCK_BYTES + "+" + Math.ceilDiv(length, Blocks.BLOCK_BYTES));
        var closed = gate;
        if (closed != null) {
            closed.await();
        }
        var wrong = failure;
        if (wrong != null) {
            throw wrong;
        }
        return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
    }

    private Blocks open() throws IOException {
        return Blocks.open(folder.resolve("bytes"), folder.resolve("map"), content.length);
    }

    @Test
    void whatAGuestAsksForIsFetchedAloneAndOnce() throws Exception {
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range);
            fetches.demand(7, 2, SOON);
            fetches.demand(8, 1, SOON);
            assertEquals(List.of("7+2"), asked);
            fetches.demand(6, 4, SOON);
            assertEquals(List.of("7+2", "6+1", "9+1"), asked, "what is here is not fetched again");
            var read = ByteBuffer.allocate(4 * Blocks.BLOCK_BYTES - 1000);
            blocks.read(read, blocks.offset(6));
            assertArrayEquals(Arrays.copyOfRange(content, 6 * Blocks.BLOCK_BYTES, content.length), read.array());
        }
    }

    @Test
    void manyWishesForABlockMakeOneRequest() throws Exception {
        var opened = new CountDownLatch(1);
        gate = opened;
        try (var blocks = open();
                var guests = Executors.newVirtualThreadPerTaskExecutor()) {
            var fetches = new Fetches(blocks, this::range);
            var wishes = List.of(1, 2, 3, 4, 5).stream()
                    .map(i -> guests.submit(() -> {
                        fetches.demand(3, 1, SOON);
                        return true;
                    }))
                    .toList();
            Eventually.eventually("the first wish is asked for", () -> !asked.isEmpty());
            opened.countDown();
            for (var wish : wishes) {
                assertTrue(wish.get());
            }
        }
        assertEquals(List.of("3+1"), asked);
    }

    @Test
    void aSourceThatIsAwayFailsAReadAndTheNextOneSucceeds() throws Exception {
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range);
            failure = new IOException("away");
            assertThrows(IOException.class, () -> fetches.demand(0, 1, Duration.ofMillis(1)));
            assertEquals("away", fetches.trouble().orElseThrow().getMessage());
            failure = new RefusedException(403);
            assertThrows(IOException.class, () -> fetches.demand(0, 1, Duration.ofMillis(1)));
            assertInstanceOf(RefusedException.class, fetches.trouble().orElseThrow());
            failure = null;
            fetches.demand(0, 1, SOON);
            assertTrue(fetches.trouble().isEmpty());
        }
    }

    @Test
    void allOfItComesInOrderBehindWhatGuestsWantAndItsHashIsTold() throws Exception {
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range);
            fetches.demand(5, 1, SOON);
            var found = new Hydration(blocks, fetches, () -> {}).run(sha256(content));
            assertEquals(sha256(content), found);
            assertEquals("5+1", asked.getFirst());
            assertEquals(
                    List.of(0, 4, 6, 8),
                    asked.stream()
                            .skip(1)
                            .map(each -> Integer.parseInt(each.substring(0, 1)))
                            .sorted()
                            .toList(),
                    asked.toString());
            assertEquals(100, blocks.percent());
        }
    }

    @Test
    void theMapOutlivesTheProcessAndPromisesOnlyWhatWasKept() throws Exception {
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range);
            fetches.demand(2, 3, SOON);
            blocks.keep();
            fetches.demand(8, 1, SOON);
        }
        asked.clear();
        try (var blocks = open()) {
            assertEquals(0, blocks.firstMissing(0, COUNT));
            assertEquals(-1, blocks.firstMissing(2, 5));
            assertEquals(8, blocks.firstMissing(8, 9), "it was not known to be on the disk");
            assertEquals(
                    sha256(content),
                    new Hydration(blocks, new Fetches(blocks, this::range), () -> {}).run(sha256(content)));
            assertTrue(
                    asked.stream().noneMatch(each -> each.startsWith("2") || each.startsWith("3")), asked.toString());
        }
    }

    @Test
    void whatAnotherHostGaveIsNotForGuestsBeforeTheWholeIsRight() throws Exception {
        var said = content.clone();
        said[6 * Blocks.BLOCK_BYTES + 1]++;
        try (var blocks = open()) {
            var fetches = new Fetches(
                    blocks,
                    this::range,
                    (offset, length) -> Arrays.copyOfRange(said, (int) offset, (int) offset + length));
            fetches.advance(4, 4);
            assertEquals(List.of(), asked, "the store is left alone");
            assertEquals(-1, blocks.firstMissing(4, 8));
            fetches.demand(6, 1, SOON);
            assertEquals(List.of("6+1"), asked, "but for what a guest wants");
            var read = ByteBuffer.allocate(Blocks.BLOCK_BYTES);
            blocks.read(read, blocks.offset(6));
            assertArrayEquals(
                    Arrays.copyOfRange(content, 6 * Blocks.BLOCK_BYTES, 7 * Blocks.BLOCK_BYTES), read.array());
            fetches.advance(4, 4);
            assertEquals(List.of("6+1"), asked);
            assertFalse(blocks.prove(), "what was hashed may be what the other host said");
        }
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range);
            fetches.advance(0, 1);
            blocks.keep();
            assertEquals(1, blocks.firstUnproven(0, 2), "what the store gives needs no proof");
        }
    }

    @Test
    void allThatOthersGaveIsFetchedFromTheStoreWhenTheWholeIsWrong() throws Exception {
        var said = content.clone();
        said[9 * Blocks.BLOCK_BYTES]++;
        var dropped = new CountDownLatch(1);
        try (var blocks = open()) {
            var fetches = new Fetches(blocks, this::range, (offset, length) -> {
                if (dropped.getCount() == 0) {
                    throw new IOException("nobody is asked again");
                }
                return Arrays.copyOfRange(said, (int) offset, (int) offset + length);
            });
            fetches.demand(0, 1, SOON);
            var found = new Hydration(blocks, fetches, dropped::countDown).run(sha256(content));
            assertEquals(sha256(content), found);
            assertEquals(0, dropped.getCount());
            assertEquals("0+1", asked.getFirst());
            assertEquals(
                    9,
                    asked.stream()
                            .skip(1)
                            .mapToInt(each -> Integer.parseInt(each.substring(each.indexOf('+') + 1)))
                            .sum(),
                    "what the store gave before is not fetched again: " + asked);
            assertEquals(-1, blocks.firstUnproven(0, COUNT));
        }
    }

    @Test
    void whatIsUnprovenIsSoAfterARestart() throws Exception {
        try (var blocks = open()) {
            var fetches = new Fetches(
                    blocks,
                    this::range,
                    (offset, length) -> Arrays.copyOfRange(content, (int) offset, (int) offset + length));
            fetches.advance(0, 4);
            blocks.keep();
        }
        try (var blocks = open()) {
            assertEquals(-1, blocks.firstMissing(0, 4));
            assertEquals(0, blocks.firstUnproven(0, 4));
            var fetches = new Fetches(blocks, this::range);
            assertEquals(sha256(content), new Hydration(blocks, fetches, () -> {}).run(sha256(content)));
            assertEquals(-1, blocks.firstUnproven(0, COUNT));
            assertTrue(asked.stream().noneMatch(each -> each.startsWith("0")), asked.toString());
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
