package io.coppice.cloud.identity.entity;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.Pages.ChunkReader;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How IAM's actions read and change what is stored: changes within one account happen one after another, and a change that
 * may alter who may do what is told to everybody who keeps copies, after it is committed. Thread-safe.
 */
@Singleton
public final class IamStore {
    private final Database database;
    private final IamPages pages;
    private final Invalidations invalidations;
    private final Clock clock;

    /** For the container and for tests. */
    public IamStore(Database database, IamPages pages, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.pages = pages;
        this.invalidations = invalidations;
        this.clock = clock;
    }

    /** Reads in one transaction. */
    public <T> T read(Function<EntityManager, T> work) {
        return database.call(work);
    }

    /** Changes things of an account in one transaction; nobody's rights depend on them. */
    public <T> T change(AccountId account, Function<EntityManager, T> work) {
        return database.call(entities -> {
            EntityRows.lock(entities, account);
            return work.apply(entities);
        });
    }

    /** As {@link #change}, of things that decide who may do what. */
    public void changeAccess(AccountId account, Consumer<EntityManager> work) {
        change(account, entities -> {
            work.accept(entities);
            return true;
        });
        invalidations.changed(account);
    }

    /** Reads a page of rows in one transaction; see {@link IamPages#read}. */
    public <T> Page<T> page(
            RequestContext context,
            IamPages.Ask ask,
            Function<EntityManager, ChunkReader<T>> chunks,
            Function<? super T, String> key) {
        return database.call(entities -> pages.read(context, ask, chunks.apply(entities), key));
    }

    /** A page of rows that are all in memory, in the order of their keys. */
    public <T> Page<T> cut(RequestContext context, IamPages.Ask ask, List<T> rows, Function<? super T, String> key) {
        return pages.cut(context, ask, rows, key);
    }

    /** What time it is. */
    public Instant now() {
        return clock.instant();
    }
}
