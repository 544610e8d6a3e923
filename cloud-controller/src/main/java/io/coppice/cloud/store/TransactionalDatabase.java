package io.coppice.cloud.store;

import io.quarkus.hibernate.orm.PersistenceUnit;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.function.Function;
import org.hibernate.FlushMode;
import org.hibernate.Session;

/** The database of the running Cloud Controller, by JTA: works inside and outside of {@code @Transactional} methods. */
@ApplicationScoped
class TransactionalDatabase implements Database {
    private final EntityManager entities;
    private final TransactionSynchronizationRegistry transactions;

    TransactionalDatabase(
            @PersistenceUnit("cloud") EntityManager entities, TransactionSynchronizationRegistry transactions) {
        this.entities = entities;
        this.transactions = transactions;
    }

    @Override
    public <T> T call(Function<EntityManager, T> work) {
        return QuarkusTransaction.joiningExisting().call(() -> work.apply(entities));
    }

    @Override
    public <T> T read(Function<EntityManager, T> work) {
        if (inTransaction()) {
            return work.apply(entities);
        }
        return QuarkusTransaction.requiringNew().call(() -> {
            var session = entities.unwrap(Session.class);
            session.setDefaultReadOnly(true);
            session.setHibernateFlushMode(FlushMode.MANUAL);
            return work.apply(entities);
        });
    }

    @Override
    public boolean inTransaction() {
        return QuarkusTransaction.isActive();
    }

    @Override
    public void afterCommit(Runnable work) {
        if (!inTransaction()) {
            work.run();
            return;
        }
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // Only the end is of interest.
            }

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    work.run();
                }
            }
        });
    }
}
