package io.coppice.node.agent;

import static io.coppice.node.lab.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.node.image.ImageUnavailableException;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.node.v1.ImageFetch;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** If this failed, an operator would not learn why an image did not come, or prefetching would take all of a host. */
@Timeout(60)
class PrefetchesTest {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Images images = new Images();
    private final Prefetches prefetches =
            new Prefetches(images, executor, new Prefetches.Pace(2, 3, Duration.ofMillis(10)));

    @AfterEach
    void end() {
        prefetches.close();
        images.gate.release(1000);
        executor.shutdownNow();
    }

    private static ImageReference image(int number) {
        return ImageReference.newBuilder()
                .setImageId("ami-" + number)
                .setSha256("%064x".formatted(number))
                .setSizeBytes(1 << 20)
                .setFormat("raw")
                .setUrl("http://store/")
                .build();
    }

    private ImageFetch report(int number) {
        return prefetches.reports().stream()
                .filter(each -> each.getSha256().equals(image(number).getSha256()))
                .findFirst()
                .orElse(ImageFetch.getDefaultInstance());
    }

    @Test
    void twoComeAtATimeWithTheirPercentageAndOthersWait() throws Exception {
        for (int number = 1; number <= 3; number++) {
            prefetches.begin(image(number));
            prefetches.begin(image(number));
        }
        eventually("two are begun", () -> images.running.get() == 2);
        assertEquals(3, prefetches.reports().size(), "one that waits is told, too");
        eventually("half is here", () -> images.halfway.stream()
                .allMatch(each -> report(each).getPercent() == 50));
        images.gate.release(3);
        eventually("all are here", () -> prefetches.reports().isEmpty());
        assertEquals(3, images.fetched.size(), "each once");
        assertEquals(2, images.mostAtOnce.get());
    }

    @Test
    void whyOneCannotBeHadIsToldUntilItIsWantedAgain() throws Exception {
        images.failure = new FileSystemException("/images", null, "no space for an image of 1048576 bytes");
        images.gate.release(100);
        prefetches.begin(image(1));
        eventually("it is told", () -> report(1).getFailure().contains("no space for an image of 1048576 bytes"));
        assertEquals(1, images.fetched.size(), "a full disk is not tried again");
        images.failure = null;
        prefetches.begin(image(1));
        eventually("it is here", () -> prefetches.reports().isEmpty());
        assertEquals(2, images.fetched.size());
    }

    @Test
    void aStoreThatIsAwayIsAskedAgainAndThenGivenUp() throws Exception {
        images.failure = new ImageUnavailableException("the image's store does not answer", true);
        images.gate.release(100);
        prefetches.begin(image(1));
        eventually("it is given up", () -> !report(1).getFailure().isEmpty());
        assertEquals(3, images.fetched.size());
    }

    @Test
    void noMoreThanItCanRememberAreTaken() {
        for (int number = 1; number <= 65; number++) {
            prefetches.begin(image(number));
        }
        assertTrue(
                report(65).getFailure().contains("try again later"),
                "told: " + prefetches.reports().size());
        assertEquals(65, prefetches.reports().size());
    }

    /** A cache that fetches as slowly as it is told to. */
    private static final class Images implements ImageCache {
        private final Semaphore gate = new Semaphore(0);
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger mostAtOnce = new AtomicInteger();
        private final List<String> fetched = new CopyOnWriteArrayList<>();
        private final List<Integer> halfway = new CopyOnWriteArrayList<>();
        private volatile @Nullable IOException failure;

        @Override
        public CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
            fetched.add(image.sha256());
            mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                progress.accept(50);
                halfway.add(Integer.parseInt(image.sha256(), 16));
                gate.acquire();
                var wrong = failure;
                if (wrong != null) {
                    throw wrong;
                }
                return new CachedBase(image.sha256(), Path.of("image"), image.format());
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public List<String> cached(int limit) {
            return List.of();
        }

        @Override
        public long sizeBytes() {
            return 0;
        }
    }
}
