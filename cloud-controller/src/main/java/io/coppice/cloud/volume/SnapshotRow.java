package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.annotations.Fetch;
import org.hibernate.annotations.FetchMode;
import org.jspecify.annotations.Nullable;

/** A snapshot as the database keeps it. */
@Entity
@Table(name = "snapshot")
class SnapshotRow {
    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "volume_id", nullable = false)
    private String volumeId;

    @Column(name = "source_snapshot_id")
    private @Nullable String sourceId;

    @Column(name = "size_gib", nullable = false)
    private int sizeGib;

    @Column(name = "kms_key_id")
    private @Nullable String kmsKeyId;

    @Column(name = "description", nullable = false)
    private String description;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "error_message", nullable = false)
    private String errorMessage;

    @Column(name = "generation", nullable = false)
    private long generation;

    @Column(name = "settled", nullable = false)
    private boolean settled;

    @Column(name = "is_public", nullable = false)
    private boolean isPublic;

    @Column(name = "internal", nullable = false)
    private boolean internal;

    @Column(name = "moment_id", nullable = false)
    private String momentId;

    @Column(name = "moment_size", nullable = false)
    private int momentSize;

    @Column(name = "zone", updatable = false)
    private @Nullable String zone;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @Column(name = "completed_at")
    private @Nullable Instant completedAt;

    @Column(name = "recycled_at")
    private @Nullable Instant recycledAt;

    @Column(name = "leaves_bin_at")
    private @Nullable Instant leavesBinAt;

    @ElementCollection(fetch = FetchType.EAGER)
    @Fetch(FetchMode.SUBSELECT)
    @CollectionTable(name = "snapshot_volume_permission", joinColumns = @JoinColumn(name = "snapshot_id"))
    @Column(name = "account_id")
    private Set<String> sharedWith = new HashSet<>();

    @SuppressWarnings("NullAway.Init")
    protected SnapshotRow() {}

    /** @param zone where its bytes will be; null in the cloud's own */
    SnapshotRow(Snapshot snapshot, SnapshotMoment moment, @Nullable String zone) {
        this.zone = zone;
        id = snapshot.id().value();
        accountId = snapshot.owner().value();
        volumeId = snapshot.volumeId();
        sourceId = snapshot.sourceId();
        sizeGib = snapshot.sizeGib();
        kmsKeyId = snapshot.kmsKeyId();
        description = snapshot.description();
        state = snapshot.state().text();
        errorMessage = snapshot.errorMessage();
        generation = 1;
        momentId = moment.id();
        momentSize = moment.size();
        startedAt = snapshot.startedAt();
    }

    String id() {
        return id;
    }

    /** Is the cloud's own work, and shown to nobody. */
    void hide() {
        internal = true;
    }

    /** Where its bytes are; empty: in the cloud's own zone. */
    Optional<String> zone() {
        return Optional.ofNullable(zone);
    }

    long generation() {
        return generation;
    }

    SnapshotMoment moment() {
        return new SnapshotMoment(momentId, momentSize);
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    boolean is(SnapshotState expected) {
        return state.equals(expected.text());
    }

    /** Wants it to be gone. */
    void delete() {
        state = SnapshotState.DELETING.text();
        generation++;
        settled = false;
    }

    /** Its owner deleted it, and can have it back until then. */
    void recycle(Instant now, Instant until) {
        state = SnapshotState.RECYCLED.text();
        recycledAt = now;
        leavesBinAt = until;
    }

    /** Its owner has it back. */
    void restore() {
        state = SnapshotState.COMPLETED.text();
        recycledAt = null;
        leavesBinAt = null;
    }

    /** When it came into the recycle bin; null when it is not there. */
    @Nullable
    Instant recycledAt() {
        return recycledAt;
    }

    /** When it leaves the recycle bin for good; null when it is not there. */
    @Nullable
    Instant leavesBinAt() {
        return leavesBinAt;
    }

    /** The EBS controller has it. */
    void complete(Instant now) {
        state = SnapshotState.COMPLETED.text();
        completedAt = now;
        settled = true;
    }

    /** The EBS controller could not take it. */
    void fail(String message) {
        state = SnapshotState.ERROR.text();
        errorMessage = message;
        settled = true;
    }

    void share(Snapshot.Sharing sharing) {
        isPublic = sharing.isPublic();
        sharedWith.clear();
        sharing.accounts().forEach(account -> sharedWith.add(account.value()));
    }

    Snapshot toSnapshot(Map<String, String> tags) {
        return new Snapshot(
                new SnapshotId(id),
                new AccountId(accountId),
                volumeId,
                sourceId,
                sizeGib,
                kmsKeyId,
                description,
                SnapshotState.parse(state),
                errorMessage,
                new Snapshot.Sharing(
                        isPublic, sharedWith.stream().map(AccountId::new).collect(Collectors.toUnmodifiableSet())),
                startedAt,
                completedAt,
                tags);
    }
}
