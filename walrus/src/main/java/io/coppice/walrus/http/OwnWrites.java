package io.coppice.walrus.http;

import io.coppice.walrus.body.Digests;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.identity.Permissions;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.StoredHeaders;
import io.coppice.walrus.metadata.Versioning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects that Walrus itself puts, for the owner of a bucket, as that bucket's defaults want them. Thread-safe. */
final class OwnWrites {
    private final Store store;
    private final Drafts drafts;

    OwnWrites(Store store, Drafts drafts) {
        this.store = store;
        this.drafts = drafts;
    }

    /** Puts an object. Nothing happens when the bucket is gone by then. */
    void put(BucketRow bucket, String key, String contentType, byte[] content) throws IOException {
        var owner = new Principal(
                bucket.accountId(),
                bucket.canonicalId(),
                bucket.ownerName(),
                false,
                Permissions.everything(bucket.accountId()));
        var draft = drafts.of(
                name -> Optional.empty(), StoredHeaders.of(Map.of("content-type", contentType)), owner, bucket);
        var nonce = draft.key().map(each -> ObjectKey.newNonce());
        try (var plain = store.bytes().begin(content.length);
                var writer = draft.key()
                        .map(each -> each.encrypting(plain, nonce.orElseThrow()))
                        .orElse(plain)) {
            writer.write(ByteBuffer.wrap(content.clone()));
            var blob = writer.commit();
            var segment = new Segment(1, blob.id(), blob.sizeBytes(), Optional.empty(), nonce);
            var object = new NewObject(
                    HexFormat.of().formatHex(Digests.md5().digest(content)),
                    draft.headers(),
                    Optional.empty(),
                    0,
                    List.of(segment),
                    draft.traits(),
                    Optional.empty());
            store.transactions().call(session -> {
                var versioning = store.buckets().hold(session, bucket.bucketId());
                if (versioning.isEmpty()) {
                    return false;
                }
                store.blobs().add(session, blob);
                if (versioning.get() == Versioning.OFF) {
                    store.objects().put(session, bucket.bucketId(), key, object, false);
                } else {
                    store.versions().holdKeys(session, bucket.bucketId(), List.of(key));
                    store.versions().put(session, bucket.bucketId(), key, object, versioning.get());
                }
                return true;
            });
        }
    }
}
