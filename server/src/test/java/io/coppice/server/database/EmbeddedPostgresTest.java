package io.coppice.server.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broken: a cloud would lose rows when its database is killed, start a second database on the same files, or let anyone
 * on the machine in without the password.
 */
final class EmbeddedPostgresTest {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path temporary;

    private EmbeddedPostgres postgres =
            new EmbeddedPostgres(Path.of("unset"), Path.of("unset"), Path.of("unset"), false);

    @BeforeEach
    void prepare() {
        postgres = new EmbeddedPostgres(
                temporary.resolve("postgres"), temporary.resolve("logs"), UserCache.folder(), UserCache.isRoot());
    }

    @AfterEach
    void stop() {
        assertTrue(postgres.stop(STOP_LIMIT));
    }

    @Test
    void keepsItsRowsThroughAdoptionKillAndStop() throws Exception {
        var first = postgres.startOrAdopt();
        assertFalse(first.adopted());
        execute(first, "CREATE TABLE kept (n int)");

        var adopted = postgres.startOrAdopt();
        assertTrue(adopted.adopted());
        assertEquals(first.pid(), adopted.pid());
        execute(adopted, "INSERT INTO kept VALUES (1)");

        assertTrue(HostCommand.run(STOP_LIMIT, "kill", "-KILL", Long.toString(first.pid()))
                .succeeded());
        assertTrue(Waiting.until(STOP_LIMIT, () -> postgres.running().isEmpty()));
        var afterKill = postgres.startOrAdopt();
        assertFalse(afterKill.adopted());
        assertEquals(1, count(afterKill));

        assertTrue(postgres.stop(STOP_LIMIT));
        assertTrue(postgres.running().isEmpty());
        assertEquals(1, count(postgres.startOrAdopt()));
    }

    @Test
    void refusesAWrongPassword() {
        var running = postgres.startOrAdopt();
        assertThrows(
                SQLException.class, () -> DriverManager.getConnection(running.jdbcUrl(), EmbeddedPostgres.NAME, "guess")
                        .close());
        assertFalse(running.toString().contains(running.password()));
    }

    @Test
    void anotherVersionsDataIsLeftAlone() throws Exception {
        var data = Files.createDirectories(temporary.resolve("postgres/data"));
        Files.writeString(data.resolve("PG_VERSION"), "11\n");

        var problem = assertThrows(OperatorException.class, () -> postgres.startOrAdopt());

        assertTrue(String.valueOf(problem.getMessage()).contains("written by PostgreSQL 11"), problem.getMessage());
        assertEquals("11\n", Files.readString(data.resolve("PG_VERSION")));
    }

    private static void execute(EmbeddedPostgres.Running running, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(running.jdbcUrl(), EmbeddedPostgres.NAME, running.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(EmbeddedPostgres.Running running) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(running.jdbcUrl(), EmbeddedPostgres.NAME, running.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM kept")) {
            assertTrue(rows.next());
            return rows.getInt(1);
        }
    }
}
