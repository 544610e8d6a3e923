package io.coppice.cloud.identity;

import io.coppice.cloud.identity.administration.Accounts;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.secret.OwnerOnlyFile;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import org.jboss.logging.Logger;

/** Makes the first accounts, the first user, who may do everything, and the first access key, once in the life of a cloud. */
public final class Bootstrap {
    private static final Logger LOG = Logger.getLogger(Bootstrap.class);
    private static final String SYSTEM_ACCOUNT = "coppice";
    private static final String FIRST_ACCOUNT = "main";
    /** Any number that no other part of the Cloud Controller locks on. */
    private static final long LOCK = 0x1DE27L;

    private final Database database;
    private final SecretBox secrets;
    private final Path dataDir;
    private final Clock clock;

    public Bootstrap(Database database, SecretBox secrets, Path dataDir, Clock clock) {
        this.database = database;
        this.secrets = secrets;
        this.dataDir = dataDir;
        this.clock = clock;
    }

    /**
     * Makes the accounts when there are none, and writes the first key to {@code credentials} and that of the cloud's own
     * account to {@code system-credentials} in the data folder; checks otherwise that the master key is the one the secrets were sealed with.
     */
    public void run() {
        try {
            database.run(entities -> {
                entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(:lock)) as locked")
                        .setParameter("lock", LOCK)
                        .getSingleResult();
                var accounts = entities.createQuery("select count(a) from Account a", Long.class)
                        .getSingleResult();
                if (accounts == 0) {
                    createFirst(entities);
                } else {
                    checkMasterKey(entities);
                    MasterKeyChange.run(entities, secrets);
                }
                ensureSystemAdministrator(entities);
            });
        } catch (UncheckedIOException e) {
            throw new RoleStartException(
                    "the first credentials could not be written: " + e.getMessage(),
                    "make " + dataDir + " writable and start again",
                    e);
        }
    }

    private void createFirst(EntityManager entities) {
        var now = clock.instant();
        entities.persist(new AccountRow(Identifiers.accountId(), SYSTEM_ACCOUNT, Identifiers.canonicalId(), true, now));
        var account = new AccountRow(Identifiers.accountId(), FIRST_ACCOUNT, Identifiers.canonicalId(), false, now);
        entities.persist(account);
        makeKey(entities, account, Accounts.administrator(entities, account, now), "credentials");
    }

    /** The user by whom the command line administers accounts. Clouds from before there was one get it here. */
    private void ensureSystemAdministrator(EntityManager entities) {
        var account = entities.createQuery("select a from Account a where a.system = true", AccountRow.class)
                .getResultList();
        for (var system : account) {
            var users = entities.createQuery("select count(u) from User u where u.accountId = :account", Long.class)
                    .setParameter("account", system.id())
                    .getSingleResult();
            if (users == 0) {
                var user = Accounts.administrator(entities, system, clock.instant());
                makeKey(entities, system, user, "system-credentials");
            }
        }
    }

    private void makeKey(EntityManager entities, AccountRow account, UserRow user, String file) {
        var id = Identifiers.accessKeyId();
        var secret = Identifiers.secret();
        entities.persist(new AccessKeyRow(id, user, secrets.seal(id, secret), clock.instant()));
        entities.flush();
        // Written before the commit: a crash in between leaves a file that the next start replaces, never a cloud whose
        // key nobody knows.
        writeCredentials(file, id, secret);
        LOG.infof("account %s (%s), user %s, access key %s", account.name(), account.id(), user.name(), id);
    }

    private void writeCredentials(String file, String id, String secret) {
        try {
            OwnerOnlyFile.write(
                    dataDir.resolve(file), "AWS_ACCESS_KEY_ID=" + id + "\nAWS_SECRET_ACCESS_KEY=" + secret + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkMasterKey(EntityManager entities) {
        var any = entities.createQuery("select k from AccessKey k order by k.createdAt", AccessKeyRow.class)
                .setMaxResults(1)
                .getResultList();
        for (var row : any) {
            try {
                secrets.open(row.id(), row.sealedSecret());
            } catch (IllegalStateException e) {
                throw new RoleStartException(
                        "the master key in " + dataDir.resolve("master.key") + " is not the one of this database",
                        "put back the master.key that belongs to the database, or point to the right database",
                        e);
            }
        }
    }
}
