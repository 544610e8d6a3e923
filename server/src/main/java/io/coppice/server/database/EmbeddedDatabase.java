package io.coppice.server.database;

import io.coppice.server.OwnDatabase;
import io.coppice.server.settings.DataFolder;
import java.time.Duration;
import java.util.Optional;

/** Gives {@link EmbeddedPostgres} to a process whose settings name no database, and keeps it up. Made by the service loader. */
public final class EmbeddedDatabase implements OwnDatabase {
    private Optional<PostgresGuard> guard = Optional.empty();

    @Override
    public synchronized Running startOrAdopt(DataFolder folder) {
        var postgres = EmbeddedPostgres.of(folder);
        var running = postgres.startOrAdopt();
        guard = Optional.of(PostgresGuard.over(postgres));
        return new Running(running.jdbcUrl(), EmbeddedPostgres.NAME, running.password(), running.adopted());
    }

    @Override
    public synchronized void stop(DataFolder folder, Duration limit) {
        guard.ifPresent(PostgresGuard::end);
        EmbeddedPostgres.of(folder).stop(limit);
    }
}
