package io.coppice.cloud.network.address;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers of elastic addresses from one account to another, in the database. An offer is good for seven hours, as AWS documents,
 * and one that was taken is shown for two weeks. Every method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
class AddressTransfers {
    private static final Duration OFFERED = Duration.ofHours(7);
    private static final Duration SHOWN = Duration.ofDays(14);
    private static final String COLUMNS =
            "select t.allocation_id, t.address, t.from_account, t.to_account, t.expires_at,"
                    + " t.accepted_at from address_transfer t where ";
    /** An address that was released is not offered any more. */
    private static final String OPEN = " t.accepted_at is null and t.expires_at > ? and exists (select 1 from"
            + " public_addresses a where a.allocation_id = t.allocation_id and a.account_id = t.from_account)";

    private final Clock clock;

    AddressTransfers(Clock clock) {
        this.clock = clock;
    }

    /**
     * An offer.
     *
     * @param acceptedAt null while it stands open
     */
    record Offer(
            String allocationId,
            String ip,
            AccountId from,
            AccountId to,
            Instant expiresAt,
            @Nullable Instant acceptedAt) {}

    /** Offers an address, instead of to whom it was offered before. */
    Offer offer(EntityManager entities, PublicAddress address, AccountId to) {
        var id = String.valueOf(address.allocationId());
        var expires = clock.instant().plus(OFFERED);
        PlainSql.update(
                entities,
                "insert into address_transfer (allocation_id, address, from_account, to_account, expires_at)"
                        + " values (?, ?, ?, ?, ?) on conflict (allocation_id) do update set"
                        + " to_account = excluded.to_account, expires_at = excluded.expires_at",
                id,
                number(address.ip()),
                address.accountId(),
                to.value(),
                at(expires));
        return new Offer(id, address.ip(), new AccountId(address.accountId()), to, expires, null);
    }

    /** The open offer of an allocation. */
    Optional<Offer> of(EntityManager entities, String allocationId) {
        return PlainSql.query(
                        entities,
                        COLUMNS + "t.allocation_id = ? and" + OPEN + " for update",
                        AddressTransfers::read,
                        allocationId,
                        now())
                .stream()
                .findFirst();
    }

    /** The open offer of an address to an account. */
    Optional<Offer> to(EntityManager entities, AccountId account, String ip) {
        return PlainSql.query(
                        entities,
                        COLUMNS + "t.to_account = ? and t.address = ? and" + OPEN + " for update",
                        AddressTransfers::read,
                        account.value(),
                        number(ip),
                        now())
                .stream()
                .findFirst();
    }

    /** Takes an offer back. */
    void withdraw(EntityManager entities, Offer offer) {
        PlainSql.update(entities, "delete from address_transfer where allocation_id = ?", offer.allocationId());
    }

    /** Notes that an offer was taken, and returns it as it is then. */
    Offer accept(EntityManager entities, Offer offer) {
        var now = clock.instant();
        PlainSql.update(
                entities,
                "update address_transfer set accepted_at = ? where allocation_id = ?",
                at(now),
                offer.allocationId());
        return new Offer(offer.allocationId(), offer.ip(), offer.from(), offer.to(), offer.expiresAt(), now);
    }

    /** What an account offers, and what it offered or took lately, by allocation. */
    List<Offer> list(EntityManager entities, AccountId account) {
        return PlainSql.query(
                entities,
                COLUMNS + "(t.from_account = ? and" + OPEN + ") or ((t.from_account = ? or t.to_account = ?) and"
                        + " t.accepted_at > ?) order by t.allocation_id",
                AddressTransfers::read,
                account.value(),
                now(),
                account.value(),
                account.value(),
                at(clock.instant().minus(SHOWN)));
    }

    private OffsetDateTime now() {
        return at(clock.instant());
    }

    private static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private static Offer read(ResultSet row) throws SQLException {
        var accepted = row.getObject(6, OffsetDateTime.class);
        return new Offer(
                row.getString(1),
                IpRange.ipv4Text(BigInteger.valueOf(row.getLong(2))),
                new AccountId(row.getString(3)),
                new AccountId(row.getString(4)),
                row.getObject(5, OffsetDateTime.class).toInstant(),
                accepted == null ? null : accepted.toInstant());
    }

    private static long number(String ip) {
        return IpRange.address(ip).orElseThrow().longValueExact();
    }
}
