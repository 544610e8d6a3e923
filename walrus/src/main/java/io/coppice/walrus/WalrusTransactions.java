package io.coppice.walrus;

import io.agroal.api.AgroalDataSource;
import io.coppice.walrus.metadata.Transactions;
import io.quarkus.agroal.DataSource;
import io.quarkus.hibernate.orm.PersistenceUnit;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.util.function.Function;
import org.hibernate.StatelessSession;

/** Transactions of Walrus's own database, by the transaction manager of Quarkus. */
@ApplicationScoped
class WalrusTransactions implements Transactions {
    private final StatelessSession session;
    private final AgroalDataSource database;

    /** {@code session} stands for that of the transaction at hand; single statements take a connection each. */
    WalrusTransactions(
            @PersistenceUnit("walrus") StatelessSession session, @DataSource("walrus") AgroalDataSource database) {
        this.session = session;
        this.database = database;
    }

    @Override
    public <T> T call(Function<StatelessSession, T> work) {
        return QuarkusTransaction.requiringNew().call(() -> work.apply(session));
    }

    /** By a connection that is no part of any transaction, so that the statement is one, and costs one round trip. */
    @Override
    public <T> T single(Statement<T> work) {
        try (var connection = database.getConnection()) {
            return work.run(connection);
        } catch (SQLException e) {
            throw new PersistenceException("a single statement failed: " + e.getMessage(), e);
        }
    }
}
