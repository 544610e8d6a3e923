package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ImageReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** If this failed, guests would wait for ever for an image whose address ran out, or the cloud be asked for it without a pause. */
class BootImageTest {
    private static final String URL = "https://store/image?signature=1";

    private final ArrivingImages images = new ArrivingImages();
    private final BootImage image = new BootImage(images);

    @Test
    void anotherAddressIsAskedForOnceAndWhatIsToldIsPassedOn() throws Exception {
        images.arrival = ImageCache.Arrival.COMING;
        assertFalse(image.wantsAddress(desired(URL)));
        images.arrival = ImageCache.Arrival.WAITS_FOR_ADDRESS;
        assertTrue(BootImage.hasNews(images, desired(URL)));
        assertTrue(image.wantsAddress(desired(URL)));
        assertFalse(image.wantsAddress(desired("")), "not again at once, whatever was told");
        assertEquals(List.of(URL, URL, ""), images.told);
    }

    @Test
    void anImageThatIsHereIsNoConcern() throws Exception {
        assertFalse(image.wantsAddress(desired(URL)));
        assertFalse(image.isRefused(desired(URL)));
        assertFalse(BootImage.hasNews(images, desired(URL)));
        assertEquals(List.of(), images.told);
    }

    @Test
    void whoReadsWhatWasNotRegisteredIsLookedAtUnlessHisRootDiskIsAVolume() throws Exception {
        images.arrival = ImageCache.Arrival.REFUSED;
        assertTrue(BootImage.hasNews(images, desired(URL)));
        assertTrue(image.isRefused(desired(URL)));
        var onVolume = desired(URL).toBuilder().setRootVolumeId("vol-12345678").build();
        assertFalse(image.isRefused(onVolume));
        assertFalse(BootImage.hasNews(images, onVolume));
    }

    private static DesiredInstance desired(String url) {
        return DesiredInstance.newBuilder()
                .setImage(ImageReference.newBuilder()
                        .setSha256("0".repeat(64))
                        .setSizeBytes(1)
                        .setFormat("raw")
                        .setUrl(url))
                .build();
    }

    private static final class ArrivingImages implements ImageCache {
        private final List<String> told = new ArrayList<>();
        private Arrival arrival = Arrival.NONE;

        @Override
        public CachedBase fetch(ImageSpec image, IntConsumer progress) {
            return new CachedBase(image.sha256(), Path.of("image"), image.format());
        }

        @Override
        public Arrival arrival(String sha256) {
            return arrival;
        }

        @Override
        public void renew(ImageSpec image) {
            told.add(image.url().toString());
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
