package io.coppice.cloud.network;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityNotFoundException;
import java.util.function.Supplier;

/** Rows that were read before their lock was had. */
public final class Rows {
    private Rows() {}

    /** Reads the row again; throws what the supplier gives when it is gone. */
    public static void refresh(EntityManager entities, Object row, Supplier<? extends RuntimeException> gone) {
        try {
            entities.refresh(row);
        } catch (EntityNotFoundException e) {
            var failure = gone.get();
            failure.initCause(e);
            throw failure;
        }
    }
}
