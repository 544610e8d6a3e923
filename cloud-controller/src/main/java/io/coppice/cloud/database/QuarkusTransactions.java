package io.coppice.cloud.database;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;

/** {@link Transactions} by the process's transaction manager. */
@ApplicationScoped
public class QuarkusTransactions implements Transactions {
    @Override
    public <T> T call(Supplier<T> work) {
        return QuarkusTransaction.joiningExisting().call(work::get);
    }
}
