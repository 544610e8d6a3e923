package io.coppice.ebs.volume;

import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;

/** What is kept of everything that is asked for, worked on, and told to watchers. Read only. */
@MappedSuperclass
@SuppressWarnings("NullAway.Init")
abstract class ChangingRow {
    private long generation;

    @Column(name = "error_message")
    private String errorMessage;

    private long sequence;

    @Column(name = "kms_key_id")
    private String kmsKeyId;

    @Column(name = "wrapped_key")
    private String wrappedKey;

    protected ChangingRow() {}

    /** What of it was asked for last; 1 or more. */
    public long generation() {
        return generation;
    }

    /** Why it is in ERROR, for the user; empty otherwise. */
    public String errorMessage() {
        return errorMessage;
    }

    /** Of the key that its own key is wrapped by; empty when it is not encrypted, or as what it is made from. */
    public String kmsKeyId() {
        return kmsKeyId;
    }

    /** Its key as {@code MasterKey} wrapped it; empty when it has none, or not yet. */
    public String wrappedKey() {
        return wrappedKey;
    }

    /** The number of its last change. */
    public long sequence() {
        return sequence;
    }
}
