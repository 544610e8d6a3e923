package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.store.EntityReader;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads instances for lists, with what belongs to them, in a constant number of queries: whole, or only so far that one
 * can tell whether they are what they were. Every method belongs in the caller's transaction. Thread-safe.
 */
final class InstanceReader {
    /** A thousand rows through Hibernate take longer than all else about them; nobody is told anyone's user data here. */
    private static final EntityReader<Instance> ROWS =
            new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of("user_data", "''::bytea"));

    /** The transaction that wrote the row as it is (PostgreSQL, "System Columns"): each change has one of its own. */
    private static final String VERSION = "xmin::text::bigint";

    /** The condition of the index of those that have not ended, in its words. */
    private static final String ALIVE = " and state <> 'TERMINATED'";

    private static final String PLACES = "select id, serial, reservation_id, " + VERSION + " from instances";

    private final Tags tags;
    private final LaunchNetwork network;
    private final VolumeAttachments volumes;

    InstanceReader(Tags tags, LaunchNetwork network, VolumeAttachments volumes) {
        this.tags = tags;
        this.network = network;
        this.volumes = volumes;
    }

    /**
     * Which instances of an account are asked for, as far as the database decides it.
     *
     * @param ids all when it is empty
     * @param states any when it is absent
     */
    record Wanted(AccountId account, Set<String> ids, Optional<Set<InstanceState>> states) {
        Wanted {
            ids = Set.copyOf(ids);
        }

        /** Of these, only those of certain ids. */
        Wanted only(Collection<String> some) {
            return new Wanted(account, Set.copyOf(some), states);
        }
    }

    /** An instance's place in a list, with everything that its description is made of or is told apart by. */
    record Place(
            long serial,
            String id,
            String reservationId,
            long version,
            Map<String, String> tags,
            List<InterfaceFacts> interfaces,
            List<VolumeAttachments.Held> volumes) {}

    /** At most so many of those wanted, in the order of their serials, after the one that has this. */
    List<Tagged> rows(EntityManager entities, Wanted wanted, long after, int limit) {
        record Read(Instance row, long version) {}
        var read = new Statement(ROWS.select(VERSION), wanted, after, limit)
                .run(entities, row -> new Read(ROWS.read(row), row.getLong(ROWS.further())));
        network.load(entities, read.stream().map(Read::row).toList());
        var ids = read.stream().map(each -> each.row().id).toList();
        var tagsById = tags.of(wanted.account(), ids);
        var volumesById = volumes.of(entities, ids);
        read.forEach(each -> each.row().volumes = volumesById.getOrDefault(each.row().id, List.of()));
        return read.stream()
                .map(each -> new Tagged(each.row(), each.version(), tagsById.getOrDefault(each.row().id, Map.of())))
                .toList();
    }

    /** As {@link #rows}, without what stands in the rows. */
    List<Place> places(EntityManager entities, Wanted wanted, long after, int limit) {
        record Read(String id, long serial, String reservationId, long version) {}
        var read = new Statement(PLACES, wanted, after, limit)
                .run(entities, row -> new Read(row.getString(1), row.getLong(2), row.getString(3), row.getLong(4)));
        var ids = read.stream().map(Read::id).toList();
        var tagsById = tags.of(wanted.account(), ids);
        var interfaces = network.interfaces(entities, ids);
        var volumesById = volumes.of(entities, ids);
        return read.stream()
                .map(each -> new Place(
                        each.serial(),
                        each.id(),
                        each.reservationId(),
                        each.version(),
                        tagsById.getOrDefault(each.id(), Map.of()),
                        interfaces.getOrDefault(each.id(), List.of()),
                        volumesById.getOrDefault(each.id(), List.of())))
                .toList();
    }

    /** A select with the conditions of what is wanted, ready to be run. */
    private static final class Statement {
        private final StringBuilder text;
        private final List<Object> parameters = new ArrayList<>();

        Statement(String select, Wanted wanted, long after, int limit) {
            text = new StringBuilder(select);
            add(" where account_id = ?", wanted.account().value());
            add(" and serial > ?", after);
            if (!wanted.ids().isEmpty()) {
                add(" and id = any(?)", wanted.ids().toArray(String[]::new));
            }
            wanted.states().ifPresent(this::addStates);
            add(" order by serial limit ?", limit);
        }

        private void addStates(Set<InstanceState> states) {
            add(" and state = any(?)", states.stream().map(Enum::name).toArray(String[]::new));
            if (!states.contains(InstanceState.TERMINATED)) {
                // Follows from the states, and PostgreSQL, which sees no parameters then, chooses an index by it.
                text.append(ALIVE);
            }
        }

        private void add(String sql, Object parameter) {
            text.append(sql);
            parameters.add(parameter);
        }

        <T> List<T> run(EntityManager entities, PlainSql.RowReader<T> reader) {
            return PlainSql.query(entities, text.toString(), reader, parameters.toArray());
        }
    }
}
