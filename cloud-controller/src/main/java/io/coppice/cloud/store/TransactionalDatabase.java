package io.coppice.cloud.store;

import io.quarkus.hibernate.orm.PersistenceUnit;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.function.Function;
import org.hibernate.FlushMode;
import org.hibernate.Session;

/** The database of the running Cloud Controller, by JTA: works inside and outside of {@code @Transactional} methods. */
@ApplicationScoped
class TransactionalDatabase implements Database {
    private final EntityManager entities;

    TransactionalDatabase(@PersistenceUnit("cloud") EntityManager entities) {
        this.entities = entities;
    }

    @Override
    public <T> T call(Function<EntityManager, T> work) {
        return QuarkusTransaction.joiningExisting().call(() -> work.apply(entities));
    }

    @Override
    public <T> T read(Function<EntityManager, T> work) {
        if (QuarkusTransaction.isActive()) {
            return work.apply(entities);
        }
        return QuarkusTransaction.requiringNew().call(() -> {
            var session = entities.unwrap(Session.class);
            session.setDefaultReadOnly(true);
            session.setHibernateFlushMode(FlushMode.MANUAL);
            return work.apply(entities);
        });
    }
}
