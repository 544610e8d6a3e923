package io.coppice.cloud.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;

/** If this failed, everybody would be locked out of a cloud that is upgraded. */
class UpgradeTest {
    @Test
    void whoMightDoEverythingBeforeMayStillDoIt() throws Exception {
        try (var server = EmbeddedPostgres.builder().start()) {
            flyway(server).target("219").load().migrate();
            try (var connection = server.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("insert into cloud.accounts values ('111122223333', 'main', 'c', false, now())");
                statement.execute("insert into cloud.users values ('AIDAOLD', '111122223333', 'admin', '/', now())");
            }
            flyway(server).outOfOrder(true).load().migrate();
            try (var connection = server.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "select policy_arn from cloud.policy_attachments where principal_id = 'AIDAOLD'")) {
                assertTrue(rows.next());
                assertEquals("arn:aws:iam::aws:policy/AdministratorAccess", rows.getString(1));
            }
        }
    }

    private static FluentConfiguration flyway(EmbeddedPostgres server) {
        return Flyway.configure()
                .dataSource(server.getPostgresDatabase())
                .locations("classpath:db/cloud")
                .schemas("cloud")
                .defaultSchema("cloud")
                .createSchemas(true);
    }
}
