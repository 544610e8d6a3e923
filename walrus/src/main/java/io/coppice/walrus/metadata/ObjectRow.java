package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object as it is kept, without its bytes. Read only: {@link Objects} changes it. */
@Entity
@Table(name = "object")
@SuppressWarnings("NullAway.Init")
public class ObjectRow {
    /** What {@link #read} reads, in its order. */
    static final String COLUMNS = "object_id, bucket_id, object_key, size_bytes, etag, headers, checksum_algorithm,"
            + " checksum_type, checksum_value, part_count, modified_at, version_id, is_latest, delete_marker, upload_id, "
            + TraitsColumns.NAMES;

    /** How many columns those are. */
    static final int COLUMN_COUNT = 15 + TraitsColumns.COUNT;

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "object_id")
    private long objectId;

    @Column(name = "bucket_id")
    private long bucketId;

    @Column(name = "object_key")
    private String key;

    @Column(name = "size_bytes")
    private long sizeBytes;

    private String etag;

    private String headers;

    @Column(name = "checksum_algorithm")
    private @Nullable String checksumAlgorithm;

    @Column(name = "checksum_type")
    private @Nullable String checksumType;

    @Column(name = "checksum_value")
    private @Nullable String checksumValue;

    @Column(name = "part_count")
    private int partCount;

    @Column(name = "modified_at")
    private Instant modifiedAt;

    @Column(name = "version_id")
    private String versionId;

    @Column(name = "is_latest")
    private boolean latest;

    @Column(name = "delete_marker")
    private boolean deleteMarker;

    @Column(name = "upload_id")
    private @Nullable String uploadId;

    @Embedded
    private TraitsColumns traits;

    protected ObjectRow() {}

    /** Reads {@link #COLUMNS} from where {@code row} stands. */
    static ObjectRow read(ResultSet row) throws SQLException {
        var read = new ObjectRow();
        var column = 0;
        read.objectId = row.getLong(++column);
        read.bucketId = row.getLong(++column);
        read.key = row.getString(++column);
        read.sizeBytes = row.getLong(++column);
        read.etag = row.getString(++column);
        read.headers = row.getString(++column);
        read.checksumAlgorithm = row.getString(++column);
        read.checksumType = row.getString(++column);
        read.checksumValue = row.getString(++column);
        read.partCount = row.getInt(++column);
        read.modifiedAt = row.getTimestamp(++column).toInstant();
        read.versionId = row.getString(++column);
        read.latest = row.getBoolean(++column);
        read.deleteMarker = row.getBoolean(++column);
        read.uploadId = row.getString(++column);
        read.traits = TraitsColumns.read(row, column);
        return read;
    }

    /** Identity inside the database; of the versions of a key the newest has the greatest. */
    public long objectId() {
        return objectId;
    }

    /** The key, as bytes of UTF-8 at most 1,024. */
    public String key() {
        return key;
    }

    /** Length of the whole object. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Without quotation marks. */
    public String etag() {
        return etag;
    }

    /** What is given back on reads. */
    public StoredHeaders headers() {
        return StoredHeaders.parse(headers);
    }

    /** The checksum that the client asked to be kept. */
    public Optional<StoredChecksum> checksum() {
        return StoredChecksum.of(checksumAlgorithm, checksumType, checksumValue);
    }

    /** How many parts it was uploaded in; 0 when it was put in one request. */
    public int partCount() {
        return partCount;
    }

    /** The name of this version, {@code null} where there is only one. */
    public String versionId() {
        return versionId;
    }

    /** Whether it is the newest of its key. */
    public boolean latest() {
        return latest;
    }

    /** Whether it only says that the key was deleted. */
    public boolean deleteMarker() {
        return deleteMarker;
    }

    /** The multipart upload that it was. */
    public Optional<String> uploadId() {
        return Optional.ofNullable(uploadId);
    }

    /** Owner, tags and the like. */
    public ObjectTraits traits() {
        return traits.traits();
    }

    /** When it was put. */
    public Instant modifiedAt() {
        return modifiedAt;
    }
}
