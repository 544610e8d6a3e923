package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
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
import java.util.stream.Collectors;

/**
 * Reads instances for lists, with what belongs to them, in a constant number of queries: whole, or only so far that one
 * can tell whether they are what they were. Every method belongs in the caller's transaction. Thread-safe.
 */
final class InstanceReader {
    /** A thousand rows through Hibernate take longer than all else about them; nobody is told anyone's user data here. */
    private static final EntityReader<Instance> ROWS =
            new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of("user_data", "''::bytea"));

    /** The transaction that wrote the row as it is (PostgreSQL, "System Columns"): each change has one of its own. */
    private static final String ROW_VERSION = "instances.xmin::text";

    /**
     * The same of the rows of its interfaces too. What an interface has in other tables, its groups and addresses, changes
     * together with the instance's row: its host must be told of that.
     */
    private static final String VERSION_WITH_INTERFACES = ROW_VERSION
            + " || coalesce((select string_agg(':' || i.xmin::text, '' order by i.device_index)"
            + " from network_interfaces i where i.instance_id = instances.id), '')";

    private final String version;
    private final Tags tags;
    private final LaunchNetwork network;
    private final VolumeAttachments volumes;

    InstanceReader(Tags tags, LaunchNetwork network, VolumeAttachments volumes) {
        this.version = network.flat() ? ROW_VERSION : VERSION_WITH_INTERFACES;
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
            String version,
            Map<String, String> tags,
            List<VolumeAttachments.Held> volumes) {}

    /** At most so many of those wanted, in the order of their serials, after the one that has this. */
    List<Tagged> rows(EntityManager entities, Wanted wanted, long after, int limit) {
        record Read(Instance row, String version) {}
        var read = new Statement(ROWS.select(version), wanted, after, limit)
                .run(entities, row -> new Read(ROWS.read(row), row.getString(ROWS.further())));
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
        record Read(String id, long serial, String reservationId, String version) {}
        var places = "select id, serial, reservation_id, " + version + " from instances";
        var read = new Statement(places, wanted, after, limit)
                .run(entities, row -> new Read(row.getString(1), row.getLong(2), row.getString(3), row.getString(4)));
        var ids = read.stream().map(Read::id).toList();
        var tagsById = tags.of(wanted.account(), ids);
        var volumesById = volumes.of(entities, ids);
        return read.stream()
                .map(each -> new Place(
                        each.serial(),
                        each.id(),
                        each.reservationId(),
                        each.version(),
                        tagsById.getOrDefault(each.id(), Map.of()),
                        volumesById.getOrDefault(each.id(), List.of())))
                .toList();
    }

    /** A select with the conditions of what is wanted, ready to be run. */
    private static final class Statement {
        private final StringBuilder text;
        private final List<Object> parameters = new ArrayList<>();

        Statement(String select, Wanted wanted, long after, int limit) {
            text = new StringBuilder(select);
            if (wanted.ids().isEmpty()) {
                add(" where account_id = ?", wanted.account().value());
            } else {
                add(" where " + InstanceRows.OF_IDS, wanted.account().value());
                parameters.add(wanted.ids().toArray(String[]::new));
            }
            add(" and serial > ?", after);
            wanted.states().ifPresent(this::addStates);
            add(" order by serial limit ?", limit);
        }

        /**
         * As literals: where PostgreSQL sees that what has ended is not asked for, it reads the index of what has not, in
         * the order of the pages, and sorts nothing.
         */
        private void addStates(Set<InstanceState> states) {
            if (states.isEmpty()) {
                text.append(" and false");
                return;
            }
            text.append(states.stream()
                    .map(state -> "'" + state.name() + "'")
                    .sorted()
                    .collect(Collectors.joining(", ", " and state in (", ")")));
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
