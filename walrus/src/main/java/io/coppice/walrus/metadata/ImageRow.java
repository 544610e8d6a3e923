package io.coppice.walrus.metadata;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A pinned image. Read only: {@link PinnedImages} changes it. */
@Entity
@Table(name = "image")
@SuppressWarnings("NullAway.Init")
public class ImageRow {
    @Id
    @Column(name = "image_id")
    private String imageId;

    private String format;

    @Column(name = "size_bytes")
    private long sizeBytes;

    @Column(name = "virtual_size_bytes")
    private long virtualSizeBytes;

    private String sha256;

    protected ImageRow() {}

    /** {@code raw} or {@code qcow2}. */
    public String format() {
        return format;
    }

    /** Length of the file. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Length of the disk as a guest sees it. */
    public long virtualSizeBytes() {
        return virtualSizeBytes;
    }

    /** Of the file, lower-case hexadecimal. */
    public String sha256() {
        return sha256;
    }
}
