package io.coppice.walrus.image;

import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.body.Digests;
import io.coppice.walrus.bundle.BundleKey;
import io.coppice.walrus.bundle.BundleManifest;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.ImageRow;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.PinnedImages;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.Transactions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** Looks at objects as images and pins their bytes. Thread-safe. */
public final class Images {
    private static final int READ_BYTES = 1024 * 1024;

    private final Transactions transactions;
    private final BlobStore store;
    private final Buckets buckets;
    private final Objects objects;
    private final PinnedImages pinned;
    private final Blobs blobs;
    private final BundledImages bundles;

    /** Reads bytes from {@code store}; bundles are encrypted for {@code key}. */
    public Images(Transactions transactions, Blobs blobs, BlobStore store, BundleKey key, Clock clock) {
        this.transactions = transactions;
        this.store = store;
        this.blobs = blobs;
        this.buckets = new Buckets(clock);
        this.objects = new Objects(clock, blobs);
        this.pinned = new PinnedImages(clock, blobs);
        this.bundles = new BundledImages(store, key);
    }

    /**
     * Where an image lies and on whose behalf it is read.
     *
     * @param system whether that is the cloud's own account, which may read every bucket
     * @param signers by whose certificates a bundle may be signed
     */
    public record Source(String accountId, boolean system, String bucket, String key, List<X509Certificate> signers) {
        public Source {
            signers = List.copyOf(signers);
        }

        private boolean bundle() {
            return key.endsWith(BundleManifest.SUFFIX);
        }

        /** What lies beside it. */
        private Source beside(String fileName) {
            return new Source(
                    accountId, system, bucket, key.substring(0, key.lastIndexOf('/') + 1) + fileName, signers);
        }
    }

    /** An object that can be used as an image. */
    public record Inspected(ImageFormat.Recognised image, long sizeBytes, String etag) {}

    /** There is no such object, for this account. */
    public static final class NotFoundException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotFoundException(String imageId) {
            super("the image " + imageId + " is gone");
        }

        NotFoundException(Source source) {
            super("no object " + source.key() + " in bucket " + source.bucket()
                    + ": check the name, and upload it first");
        }
    }

    /** The object belongs to somebody else. */
    public static final class DeniedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DeniedException(Source source) {
            super("bucket " + source.bucket() + " belongs to another account");
        }
    }

    private record Found(ObjectRow object, List<Segment> segments) {}

    private static boolean mayRead(Source source, BucketRow bucket) {
        return source.system() || bucket.accountId().equals(source.accountId());
    }

    /** Looks at an object; throws {@link NotAnImageException} with the reason when it is not an image. */
    public Inspected inspect(Source source) throws IOException {
        var found = transactions.call(session -> find(session, source));
        return source.bundle()
                ? bundles.inspect(
                        found.segments(),
                        source.signers(),
                        beside(source),
                        found.object().etag())
                : inspect(found);
    }

    private BundledImages.Beside beside(Source manifest) {
        return fileName -> transactions
                .call(session -> find(session, manifest.beside(fileName)))
                .segments();
    }

    /** Pins an object's present bytes, or tells what is pinned under that id already. Reads the whole object. */
    public PinnedImages.Facts pin(Source source, String imageId) throws IOException {
        var present = pinned(imageId);
        if (present.isPresent()) {
            return present.get();
        }
        if (source.bundle()) {
            return pinBundle(source, imageId);
        }
        // The pin takes the references first, so that the bytes stay while they are read.
        var found = transactions.call(session -> {
            var held = find(session, source);
            blobs.retain(session, Segment.blobs(held.segments()));
            return held;
        });
        if (found.segments().stream().anyMatch(segment -> segment.content().isPresent())) {
            found = new Found(found.object(), List.of(moved(found.segments().getFirst())));
        }
        return pin(found, imageId);
    }

    /**
     * Pins the bytes of an image under another id too, or tells what is pinned under that already. Throws {@link
     * NotFoundException} when the image is gone.
     */
    public PinnedImages.Facts pinAgain(String sourceId, String imageId) {
        return transactions.call(session -> {
            var present = pinned.find(session, imageId);
            if (present.isPresent()) {
                return facts(present.get());
            }
            var source = pinned.findAndHold(session, sourceId).orElseThrow(() -> new NotFoundException(sourceId));
            var segments = pinned.segments(session, sourceId);
            blobs.retain(session, Segment.blobs(segments));
            if (!pinned.pin(session, imageId, facts(source), segments)) {
                blobs.release(session, Segment.blobs(segments));
            }
            return facts(source);
        });
    }

    private PinnedImages.Facts pin(Found found, String imageId) throws IOException {
        var kept = false;
        try {
            var inspected = inspect(found);
            var facts = new PinnedImages.Facts(
                    inspected.image().format(),
                    inspected.sizeBytes(),
                    inspected.image().virtualSizeBytes(),
                    sha256(found.segments()));
            kept = transactions.call(session -> pinned.pin(session, imageId, facts, found.segments()));
            return kept ? facts : pinned(imageId).orElse(facts);
        } finally {
            if (!kept) {
                transactions.call(session -> {
                    blobs.release(session, Segment.blobs(found.segments()));
                    return true;
                });
            }
        }
    }

    private PinnedImages.Facts pinBundle(Source source, String imageId) throws IOException {
        var manifest = transactions.call(session -> find(session, source)).segments();
        var unpacked = bundles.unpack(manifest, source.signers(), beside(source));
        var kept = false;
        try {
            kept = transactions.call(session -> {
                unpacked.blobs().forEach(blob -> blobs.add(session, blob));
                var segments = BundledImages.segments(unpacked.blobs());
                if (!pinned.pin(session, imageId, unpacked.facts(), segments)) {
                    blobs.release(session, segments.stream().map(Segment::blob).toList());
                }
                return true;
            });
            return pinned(imageId).orElse(unpacked.facts());
        } finally {
            if (!kept) {
                bundles.discard(unpacked.blobs());
            }
        }
    }

    /** Forgets an image. */
    public void unpin(String imageId) {
        transactions.call(session -> {
            pinned.unpin(session, imageId);
            return true;
        });
    }

    /** What is pinned under that id. */
    public Optional<PinnedImages.Facts> pinned(String imageId) {
        return transactions.call(session -> pinned.find(session, imageId)).map(Images::facts);
    }

    private static PinnedImages.Facts facts(ImageRow row) {
        return new PinnedImages.Facts(row.format(), row.sizeBytes(), row.virtualSizeBytes(), row.sha256());
    }

    private Found find(StatelessSession session, Source source) {
        var bucket = buckets.find(session, source.bucket()).orElseThrow(() -> new NotFoundException(source));
        if (!mayRead(source, bucket)) {
            throw new DeniedException(source);
        }
        var object = objects.findAndHold(session, bucket.bucketId(), source.key())
                .orElseThrow(() -> new NotFoundException(source));
        if (object.traits().encryption().isPresent()) {
            throw new NotAnImageException("object " + source.key() + " in bucket " + source.bucket()
                    + " is encrypted, and hosts read images as they lie: copy it into a bucket without encryption");
        }
        return new Found(object, objects.segments(session, object.objectId()));
    }

    /** What lay in the object's row, in a blob with one reference: hosts fetch images from the store. */
    private Segment moved(Segment inRow) throws IOException {
        try (var writer = store.begin(inRow.sizeBytes())) {
            writer.write(ByteBuffer.wrap(inRow.content().orElseThrow()));
            var stored = writer.commit();
            transactions.call(session -> {
                blobs.add(session, stored);
                return true;
            });
            return Segment.whole(stored, Optional.empty());
        }
    }

    private Inspected inspect(Found found) throws IOException {
        var head = ByteBuffer.allocate(ImageFormat.HEAD_BYTES);
        for (var segment : found.segments()) {
            var wanted = Math.min(head.remaining(), segment.sizeBytes());
            if (wanted > 0) {
                try (var channel = segment.open(store, 0, wanted)) {
                    var more = true;
                    while (more && head.hasRemaining()) {
                        more = channel.read(head) >= 0;
                    }
                }
            }
        }
        var size = found.object().sizeBytes();
        return new Inspected(
                ImageFormat.recognise(head.flip(), size), size, found.object().etag());
    }

    private String sha256(List<Segment> segments) throws IOException {
        var digest = Digests.sha256();
        for (var segment : segments) {
            update(digest, segment);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void update(MessageDigest digest, Segment segment) throws IOException {
        var buffer = ByteBuffer.allocate(READ_BYTES);
        try (var channel = segment.open(store, 0, segment.sizeBytes())) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
    }
}
