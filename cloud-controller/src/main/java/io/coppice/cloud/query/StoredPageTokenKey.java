package io.coppice.cloud.query;

import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The key of page tokens as kept in the database, where every replica finds it. Made at random when it is first needed.
 * It protects nothing but page tokens, which give away no more than a sort key the client has already seen.
 */
@ApplicationScoped
public class StoredPageTokenKey implements PageTokenKey {
    private static final int KEY_BYTES = 32;

    private final Database database;
    private volatile byte @Nullable [] known;

    /** For the container and for tests. */
    public StoredPageTokenKey(Database database) {
        this.database = database;
    }

    @Override
    public byte[] bytes() {
        var present = known;
        if (present == null) {
            present = readOrMake();
            known = present;
        }
        return present.clone();
    }

    private byte[] readOrMake() {
        var fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        return database.call(entities -> {
            // Two replicas may start at once: the first row wins and both read it.
            entities.createNativeQuery(
                            "insert into {h-schema}page_token_key (id, secret) values (1, :secret) on conflict do nothing")
                    .setParameter("secret", fresh)
                    .executeUpdate();
            return (byte[])
                    entities.createNativeQuery("select secret from {h-schema}page_token_key where id = 1", byte[].class)
                            .getSingleResult();
        });
    }

    @Produces
    @ApplicationScoped
    PageTokens tokens() {
        return new PageTokens(this);
    }
}
