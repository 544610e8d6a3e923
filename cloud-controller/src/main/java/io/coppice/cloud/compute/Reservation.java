package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One RunInstances request that was carried out: what its instances and its client token belong to. */
@Entity
@Table(name = "reservations")
class Reservation {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id")
    String accountId;

    @Column(name = "client_token")
    @Nullable
    String clientToken;

    @Column(name = "request_fingerprint")
    String fingerprint;

    @Column(name = "created_at")
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected Reservation() {}

    Reservation(String id, String accountId, @Nullable String clientToken, String fingerprint, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.clientToken = clientToken;
        this.fingerprint = fingerprint;
        this.createdAt = createdAt;
    }
}
