package io.coppice.cloud.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The Cloud Controller's schema in a PostgreSQL of its own, as a test fixture: the same migrations and entities as the
 * product, with plain transactions in place of JTA. Thread-safe.
 */
public final class TestDatabase implements Database, AutoCloseable {
    private static final String SCHEMA = "cloud";

    private final EmbeddedPostgres server;
    private final EntityManagerFactory factory;
    private final ThreadLocal<@Nullable EntityManager> current = new ThreadLocal<>();
    private final ThreadLocal<List<Runnable>> afterCommit = ThreadLocal.withInitial(ArrayList::new);

    private TestDatabase(EmbeddedPostgres server, EntityManagerFactory factory) {
        this.server = server;
        this.factory = factory;
    }

    /** Starts a server, migrates the schema and maps these entities. */
    public static TestDatabase start(Class<?>... entities) {
        try {
            var server = EmbeddedPostgres.builder().start();
            Flyway.configure()
                    .dataSource(server.getPostgresDatabase())
                    .locations("classpath:db/cloud")
                    .schemas(SCHEMA)
                    .defaultSchema(SCHEMA)
                    .createSchemas(true)
                    .load()
                    .migrate();
            var inSchema = server.getDatabase("postgres", "postgres", Map.of("currentSchema", SCHEMA));
            var factory = new HibernatePersistenceConfiguration("cloud")
                    .managedClasses(List.of(entities))
                    .property("hibernate.connection.datasource", inSchema)
                    .property("jakarta.persistence.nonJtaDataSource", inSchema)
                    .property("hibernate.default_schema", SCHEMA)
                    .property("hibernate.hbm2ddl.auto", "validate")
                    .createEntityManagerFactory();
            return new TestDatabase(server, factory);
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL does not start on this machine", e);
        }
    }

    @Override
    public <T> T call(Function<EntityManager, T> work) {
        var joined = current.get();
        if (joined != null) {
            return work.apply(joined);
        }
        try (var entities = factory.createEntityManager()) {
            current.set(entities);
            entities.getTransaction().begin();
            try {
                var result = work.apply(entities);
                entities.getTransaction().commit();
                afterCommit.get().forEach(Runnable::run);
                return result;
            } finally {
                if (entities.getTransaction().isActive()) {
                    entities.getTransaction().rollback();
                }
            }
        } finally {
            current.remove();
            afterCommit.remove();
        }
    }

    @Override
    public boolean inTransaction() {
        return current.get() != null;
    }

    @Override
    public void afterCommit(Runnable work) {
        if (!inTransaction()) {
            work.run();
        } else {
            afterCommit.get().add(work);
        }
    }

    /** Empties these tables. */
    public void truncate(String... tables) {
        run(entities -> entities.createNativeQuery("truncate " + qualified(tables) + " cascade")
                .executeUpdate());
    }

    private static String qualified(String... tables) {
        return SCHEMA + "." + String.join(", " + SCHEMA + ".", tables);
    }

    @Override
    public void close() {
        factory.close();
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL does not stop", e);
        }
    }
}
