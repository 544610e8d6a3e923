package io.coppice.cloud.identity;

import io.coppice.cloud.identity.entity.Sql;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jboss.logging.Logger;

/** Seals with the current master key what an earlier one sealed. Works in the caller's transaction. */
final class MasterKeyChange {
    private static final Logger LOG = Logger.getLogger(MasterKeyChange.class);
    private static final int BATCH = 500;

    /** Every column that {@link SecretBox} seals; the id of the row is its owner. */
    private static final List<Sealed> SEALED = List.of(
            new Sealed("access_keys", "sealed_secret"),
            new Sealed("mfa_devices", "sealed_seed"),
            new Sealed("server_certificates", "sealed_key"));

    private record Sealed(String table, String column) {}

    private MasterKeyChange() {}

    /** Does nothing while there is one key only. */
    static void run(EntityManager entities, SecretBox secrets) {
        if (!secrets.hasEarlierKeys()) {
            return;
        }
        var renewed = SEALED.stream()
                .mapToInt(place -> renew(entities, secrets, place))
                .sum();
        LOG.infof("%d secrets were sealed anew: all are sealed with the first key of master.key now", renewed);
    }

    private static int renew(EntityManager entities, SecretBox secrets, Sealed place) {
        var renewed = 0;
        var after = "";
        while (true) {
            var rows = Sql.rows(
                            entities,
                            "select id, " + place.column() + " from {h-schema}" + place.table()
                                    + " where id > :after order by id")
                    .setParameter("after", after)
                    .setMaxResults(BATCH)
                    .getResultList();
            if (rows.isEmpty()) {
                return renewed;
            }
            for (var row : rows) {
                after = (String) row[0];
                var fresh = secrets.renew(after, (byte[]) row[1]);
                if (fresh.isPresent()) {
                    entities.createNativeQuery("update {h-schema}" + place.table() + " set " + place.column()
                                    + " = :bytes where id = :id")
                            .setParameter("bytes", fresh.get())
                            .setParameter("id", after)
                            .executeUpdate();
                    renewed++;
                }
            }
        }
    }
}
