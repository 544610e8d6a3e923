package io.coppice.ebs.volume;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;

/** A database of this role for tests, empty as after its first start. */
public final class EbsDatabase implements Transactions, AutoCloseable {
    private final EmbeddedPostgres postgres;
    private final SessionFactory sessions;

    /** Starts one. */
    public EbsDatabase() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
        Flyway.configure()
                .dataSource(postgres.getPostgresDatabase())
                .locations("classpath:db/ebs")
                .schemas("ebs")
                .defaultSchema("ebs")
                .load()
                .migrate();
        sessions = new Configuration()
                .setProperty(
                        "hibernate.connection.url", postgres.getJdbcUrl("postgres", "postgres") + "&currentSchema=ebs")
                .setProperty("hibernate.hbm2ddl.auto", "none")
                .addAnnotatedClass(VolumeRow.class)
                .addAnnotatedClass(SnapshotRow.class)
                .buildSessionFactory();
    }

    @Override
    public <T> T call(Function<StatelessSession, T> work) {
        try (var session = sessions.openStatelessSession()) {
            var transaction = session.beginTransaction();
            try {
                var result = work.apply(session);
                transaction.commit();
                return result;
            } finally {
                if (transaction.isActive()) {
                    transaction.rollback();
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        sessions.close();
        postgres.close();
    }
}
