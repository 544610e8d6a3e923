package io.coppice.walrus;

import io.coppice.walrus.metadata.Transactions;
import io.quarkus.hibernate.orm.PersistenceUnit;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import org.hibernate.StatelessSession;

/** Transactions of Walrus's own database, by the transaction manager of Quarkus. */
@ApplicationScoped
class WalrusTransactions implements Transactions {
    private final StatelessSession session;

    /** {@code session} stands for that of the transaction at hand. */
    WalrusTransactions(@PersistenceUnit("walrus") StatelessSession session) {
        this.session = session;
    }

    @Override
    public <T> T call(Function<StatelessSession, T> work) {
        return QuarkusTransaction.requiringNew().call(() -> work.apply(session));
    }
}
