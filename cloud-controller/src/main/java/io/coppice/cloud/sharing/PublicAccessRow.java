package io.coppice.cloud.sharing;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** What an account has chosen about making things public, as the database keeps it. */
@Entity
@Table(name = "public_access")
class PublicAccessRow {
    @Id
    @Column(name = "account_id")
    private String accountId;

    @Column(name = "images", nullable = false)
    private String images;

    @Column(name = "snapshots", nullable = false)
    private String snapshots;

    @SuppressWarnings("NullAway.Init")
    protected PublicAccessRow() {}

    PublicAccessMode of(PublicAccess.Subject subject) {
        return PublicAccessMode.parse(
                switch (subject) {
                    case IMAGES -> images;
                    case SNAPSHOTS -> snapshots;
                });
    }

    void choose(PublicAccess.Subject subject, PublicAccessMode mode) {
        switch (subject) {
            case IMAGES -> images = mode.text();
            case SNAPSHOTS -> snapshots = mode.text();
        }
    }
}
