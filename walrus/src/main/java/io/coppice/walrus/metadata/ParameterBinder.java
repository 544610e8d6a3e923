package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sets one parameter of a statement after another. Not thread-safe. */
final class ParameterBinder {
    private final PreparedStatement statement;
    private int position;

    ParameterBinder(PreparedStatement statement) {
        this.statement = statement;
    }

    void text(@Nullable String value) throws SQLException {
        statement.setString(++position, value);
    }

    void number(long value) throws SQLException {
        statement.setLong(++position, value);
    }

    void number(Optional<Long> value) throws SQLException {
        statement.setObject(++position, value.orElse(null), Types.BIGINT);
    }

    void id(BlobId value) throws SQLException {
        statement.setObject(++position, value.value());
    }

    void bytes(byte[] value) throws SQLException {
        statement.setBytes(++position, value);
    }

    void time(@Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(++position, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(++position, OffsetDateTime.ofInstant(value, ZoneOffset.UTC));
        }
    }

    /** What every row of an object begins with. */
    void description(String key, NewObject object, Instant now) throws SQLException {
        var checksum = object.checksum();
        text(key);
        number(object.sizeBytes());
        text(object.etag());
        text(object.headers().text());
        text(checksum.map(StoredChecksum::algorithm).orElse(null));
        text(checksum.map(StoredChecksum::type).orElse(null));
        text(checksum.map(StoredChecksum::value).orElse(null));
        time(now);
    }

    /** In the order of {@link TraitsColumns#NAMES}. */
    void traits(ObjectTraits traits) throws SQLException {
        text(traits.owner().accountId());
        text(traits.owner().canonicalId());
        text(traits.owner().displayName());
        text(traits.acl().orElse(null));
        text(traits.tags().orElse(null));
        text(traits.storageClass());
        text(traits.encryption().orElse(null));
        text(traits.lock().mode().orElse(null));
        time(traits.lock().until().orElse(null));
        statement.setBoolean(++position, traits.lock().legalHold());
    }
}
