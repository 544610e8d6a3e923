package io.coppice.walrus.image;

import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.blob.StoredBlob;
import io.coppice.walrus.body.Digests;
import io.coppice.walrus.bundle.BundleContent;
import io.coppice.walrus.bundle.BundleException;
import io.coppice.walrus.bundle.BundleKey;
import io.coppice.walrus.bundle.BundleManifest;
import io.coppice.walrus.metadata.PinnedImages;
import io.coppice.walrus.metadata.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Unpacks bundles into blobs of their own. Thread-safe. */
final class BundledImages {
    private static final int READ_BYTES = 1024 * 1024;
    /** So that every store can hold them, and a full disk is seen early. */
    private static final long BLOB_BYTES = 1024L * 1024 * 1024;

    private final BlobStore store;
    private final BundleKey key;

    BundledImages(BlobStore store, BundleKey key) {
        this.store = store;
        this.key = key;
    }

    /** Finds an object that lies beside the manifest. */
    @FunctionalInterface
    interface Beside {
        /** Its bytes; throws {@link Images.NotFoundException}, or {@link NotAnImageException} when it is encrypted. */
        List<Segment> segments(String fileName);
    }

    /** An image that was unpacked; no row knows its blobs yet. */
    record Unpacked(PinnedImages.Facts facts, List<StoredBlob> blobs) {}

    /** What an image in a bundle is, found out from its beginning. */
    Images.Inspected inspect(List<Segment> manifest, List<X509Certificate> signers, Beside beside, String etag)
            throws IOException {
        var checked = manifest(manifest, signers);
        try (var content = open(checked, beside)) {
            return new Images.Inspected(
                    ImageFormat.recognise(head(content), checked.sizeBytes()), checked.sizeBytes(), etag);
        }
    }

    /** Unpacks an image; what was written of it is removed again when it is not the one that the manifest names. */
    Unpacked unpack(List<Segment> manifest, List<X509Certificate> signers, Beside beside) throws IOException {
        var checked = manifest(manifest, signers);
        var blobs = new ArrayList<StoredBlob>();
        var whole = false;
        try (var content = open(checked, beside)) {
            var digest = Digests.sha256();
            var head = ByteBuffer.allocate((int) Math.min(ImageFormat.HEAD_BYTES, checked.sizeBytes()));
            var left = checked.sizeBytes();
            while (left > 0) {
                var bytes = Math.min(BLOB_BYTES, left);
                blobs.add(copy(content, bytes, piece -> {
                    digest.update(piece.duplicate());
                    var start = piece.duplicate();
                    start.limit(start.position() + Math.min(head.remaining(), start.remaining()));
                    head.put(start);
                }));
                left -= bytes;
            }
            content.finish();
            var image = ImageFormat.recognise(head.flip(), checked.sizeBytes());
            var facts = new PinnedImages.Facts(
                    image.format(),
                    checked.sizeBytes(),
                    image.virtualSizeBytes(),
                    HexFormat.of().formatHex(digest.digest()));
            whole = true;
            return new Unpacked(facts, List.copyOf(blobs));
        } finally {
            if (!whole) {
                discard(blobs);
            }
        }
    }

    /** Removes blobs that no row knows. */
    void discard(List<StoredBlob> blobs) throws IOException {
        for (var blob : blobs) {
            store.delete(blob.id());
        }
    }

    /** Sees every piece of an image as it goes by. */
    @FunctionalInterface
    private interface Watcher {
        void see(ByteBuffer piece);
    }

    private StoredBlob copy(BundleContent content, long bytes, Watcher watcher) throws IOException {
        try (var writer = store.begin(bytes)) {
            for (var left = bytes; left > 0; ) {
                var piece = new byte[(int) Math.min(READ_BYTES, left)];
                var count = content.read(piece);
                if (count < 0) {
                    throw new BundleException("The bundle holds less than its manifest says: bundle the image anew");
                }
                watcher.see(ByteBuffer.wrap(piece, 0, count));
                writer.write(ByteBuffer.wrap(piece, 0, count));
                left -= count;
            }
            return writer.commit();
        }
    }

    private static ByteBuffer head(BundleContent content) throws IOException {
        var head = ByteBuffer.allocate(ImageFormat.HEAD_BYTES);
        var piece = new byte[ImageFormat.HEAD_BYTES];
        for (var count = 0; head.hasRemaining() && count >= 0; ) {
            count = content.read(piece);
            head.put(piece, 0, Math.clamp(count, 0, head.remaining()));
        }
        return head.flip();
    }

    private BundleManifest manifest(List<Segment> segments, List<X509Certificate> signers) throws IOException {
        if (segments.stream().mapToLong(Segment::sizeBytes).sum() > BundleManifest.MAX_BYTES) {
            throw new BundleException(
                    "The manifest of the bundle has more than " + BundleManifest.MAX_BYTES + " bytes");
        }
        try (var stream = stream(segments)) {
            return BundleManifest.parse(stream.readAllBytes(), signers);
        }
    }

    private BundleContent open(BundleManifest manifest, Beside beside) throws IOException {
        return BundleContent.open(manifest, key, fileName -> stream(beside.segments(fileName)));
    }

    private InputStream stream(List<Segment> segments) throws IOException {
        var streams = new ArrayList<InputStream>();
        for (var segment : segments) {
            streams.add(Channels.newInputStream(segment.open(store, 0, segment.sizeBytes())));
        }
        return new SequenceInputStream(Collections.enumeration(streams));
    }

    /** Blobs as an image's bytes. */
    static List<Segment> segments(List<StoredBlob> blobs) {
        var segments = new ArrayList<Segment>(blobs.size());
        for (var blob : blobs) {
            segments.add(
                    new Segment(segments.size() + 1, blob.id(), blob.sizeBytes(), Optional.empty(), Optional.empty()));
        }
        return List.copyOf(segments);
    }
}
