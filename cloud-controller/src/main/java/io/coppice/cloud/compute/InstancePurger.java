package io.coppice.cloud.compute;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;

/** Removes what is left of instances that ended long enough ago: their rows, their tags, and reservations without instances. */
final class InstancePurger {
    private static final int BATCH = 500;

    private final Database database;
    private final Tags tags;
    private final Clock clock;
    private final Duration visible;

    InstancePurger(Database database, Tags tags, Clock clock, Duration visible) {
        this.database = database;
        this.tags = tags;
        this.clock = clock;
        this.visible = visible;
    }

    /** One pass; returns how many instances went. */
    int run() {
        var all = 0;
        while (true) {
            var count = database.call(entities -> {
                var rows = entities.createQuery(
                                "select i from Instance i where i.state = TERMINATED and i.settled = true"
                                        + " and i.terminatedAt < :before order by i.terminatedAt",
                                Instance.class)
                        .setParameter("before", clock.instant().minus(visible))
                        .setMaxResults(BATCH)
                        .getResultList();
                if (rows.isEmpty()) {
                    return 0;
                }
                rows.forEach(row -> Stream.of(row.id, InstanceRootVolumes.idOf(row), row.network.interfaceId())
                        .forEach(id -> tags.removeAll(new AccountId(row.accountId), id)));
                entities.createQuery("delete from Instance i where i.id in :ids")
                        .setParameter("ids", rows.stream().map(row -> row.id).toList())
                        .executeUpdate();
                entities.createQuery("delete from Reservation r where r.id in :ids"
                                + " and not exists (select 1 from Instance i where i.reservationId = r.id)")
                        .setParameter(
                                "ids",
                                rows.stream()
                                        .map(row -> row.reservationId)
                                        .distinct()
                                        .toList())
                        .executeUpdate();
                return rows.size();
            });
            all += count;
            if (count < BATCH) {
                return all;
            }
        }
    }
}
