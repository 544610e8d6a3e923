package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A multipart upload that was begun and neither completed nor given up. Read only: {@link Uploads} changes it. */
@Entity
@Table(name = "upload")
@SuppressWarnings("NullAway.Init")
public class UploadRow {
    @Id
    @Column(name = "upload_id")
    private String uploadId;

    @Column(name = "bucket_id")
    private long bucketId;

    @Column(name = "object_key")
    private String key;

    private String headers;

    @Column(name = "checksum_algorithm")
    private @Nullable String checksumAlgorithm;

    @Column(name = "checksum_type")
    private @Nullable String checksumType;

    @Column(name = "initiated_at")
    private Instant initiatedAt;

    @Embedded
    private TraitsColumns traits;

    protected UploadRow() {}

    /** What the client calls it. */
    public String uploadId() {
        return uploadId;
    }

    /** The key that the object will have. */
    public String key() {
        return key;
    }

    /** The headers that the object will have. */
    public StoredHeaders headers() {
        return StoredHeaders.parse(headers);
    }

    /** The checksum algorithm that the client chose, as S3 writes it. */
    public Optional<String> checksumAlgorithm() {
        return Optional.ofNullable(checksumAlgorithm);
    }

    /** {@code FULL_OBJECT} or {@code COMPOSITE}, when an algorithm was chosen. */
    public Optional<String> checksumType() {
        return Optional.ofNullable(checksumType);
    }

    /** Owner, tags and the like of the object that it becomes. */
    public ObjectTraits traits() {
        return traits.traits();
    }

    /** When it was begun. */
    public Instant initiatedAt() {
        return initiatedAt;
    }
}
