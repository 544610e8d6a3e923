package io.coppice.ebs;

import io.coppice.ebs.volume.Transactions;
import io.quarkus.hibernate.orm.PersistenceUnit;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import org.hibernate.StatelessSession;

/** Transactions of the EBS controller's own database, by the transaction manager of Quarkus. */
@ApplicationScoped
class EbsTransactions implements Transactions {
    private final StatelessSession session;

    /** {@code session} stands for that of the transaction at hand. */
    EbsTransactions(@PersistenceUnit("ebs") StatelessSession session) {
        this.session = session;
    }

    @Override
    public <T> T call(Function<StatelessSession, T> work) {
        return QuarkusTransaction.requiringNew().call(() -> work.apply(session));
    }
}
