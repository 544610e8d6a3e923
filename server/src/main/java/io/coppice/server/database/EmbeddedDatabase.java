package io.coppice.server.database;

import io.coppice.server.OwnDatabase;
import io.coppice.server.settings.DataFolder;
import java.time.Duration;

/** Gives {@link EmbeddedPostgres} to a process whose settings name no database. Made by the service loader. */
public final class EmbeddedDatabase implements OwnDatabase {
    @Override
    public Running startOrAdopt(DataFolder folder) {
        var running = EmbeddedPostgres.of(folder).startOrAdopt();
        return new Running(running.jdbcUrl(), EmbeddedPostgres.NAME, running.password(), running.adopted());
    }

    @Override
    public void stop(DataFolder folder, Duration limit) {
        EmbeddedPostgres.of(folder).stop(limit);
    }
}
