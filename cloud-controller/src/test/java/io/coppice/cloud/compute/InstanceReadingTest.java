package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.EntityReader;
import io.coppice.cloud.store.EntityWriter;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import jakarta.persistence.Column;
import jakarta.persistence.Table;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, lists, launches and reports read or write other things of instances than what the rest goes by. */
class InstanceReadingTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void rowsReadWithoutHibernateAreWhatHibernateReads() {
        cloud.runOne();
        var other = cloud.runOne();
        cloud.run(launch -> launch.keyName("dev")
                .userData(java.util.Base64.getEncoder().encodeToString(new byte[] {1, 0, (byte) 0xff}))
                .disableApiStop(true)
                .clientToken("token")
                .metadataOptions(options -> options.httpTokens("required").httpPutResponseHopLimit(7)));
        fill(other);
        var reader = new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of());
        DATABASE.run(entities -> {
            var expected = entities.createQuery("select i from Instance i order by i.serial", Instance.class)
                    .getResultList();
            var seen = PlainSql.query(entities, reader.select() + " order by serial", reader::read);
            assertEquals(3, seen.size());
            for (int i = 0; i < seen.size(); i++) {
                assertEquals(values(expected.get(i)), values(seen.get(i)));
            }
        });
    }

    /** What launches leave out: every column that may be null gets a value. */
    private static void fill(String id) {
        DATABASE.run(entities -> assertEquals(1, PlainSql.update(entities, """
                        update instances set state = 'TERMINATED', desired = 'TERMINATED', phase = 'GONE',
                          terminated_at = '2026-02-03T04:05:06.789012Z', observed_at = '1969-12-31T23:59:59Z',
                          unschedulable_since = created_at, applied_at = created_at, credentials_until = created_at,
                          profile_arn = 'arn', profile_id = 'AIPA', profile_association_id = 'iip', profile_since = created_at,
                          placement_group_id = 'pg-1', placement_group_name = 'spread', node_id = 'node', reboot_count = 3,
                          progress_percent = 50, ever_ran = true, settled = true, host_reachable = false
                        where id = ?""", id)));
    }

    @Test
    void rowsWrittenWithoutHibernateAreWhatHibernateReads() {
        var plain = cloud.runOne();
        var full = cloud.runOne();
        fill(full);
        var before = List.of(valuesButSerial(plain), valuesButSerial(full));
        DATABASE.run(entities -> {
            var rows = List.of(entities.find(Instance.class, plain), entities.find(Instance.class, full));
            entities.clear();
            PlainSql.update(entities, "delete from instances");
            var together = new PlainSql.Together();
            InstanceRows.add(together, rows);
            together.run(entities);
        });
        assertEquals(before, List.of(valuesButSerial(plain), valuesButSerial(full)));
        assertTrue(cloud.row(plain).serial < cloud.row(full).serial);
    }

    @Test
    void allThatReportsChangeIsWrittenBack() {
        var seen = Observation.newBuilder()
                .setNodeId("host")
                .setNodeEpoch(3)
                .setSequence(9)
                .setGeneration(1)
                .setRebootCount(2)
                .setProgressPercent(40)
                .setFailure(Failure.newBuilder().setCode("Server.InternalError").setMessage("no disk"));
        var at = Instant.parse("2026-02-03T04:05:06.789Z");
        for (var phase : InstancePhase.values()) {
            for (var byGuest : List.of(true, false)) {
                var id = cloud.runOne();
                DATABASE.run(entities -> {
                    var row = InstanceRows.lockToObserve(entities, List.of(id)).get(id);
                    assertNotNull(row);
                    row.observe(seen.setGuestInitiated(byGuest).build(), phase, at);
                    var expected = values(row);
                    InstanceRows.writeObserved(entities, List.of(row));
                    assertEquals(expected, values(entities.find(Instance.class, id)), phase + " " + byGuest);
                });
            }
        }
    }

    private List<String> valuesButSerial(String id) {
        return values(cloud.row(id)).stream()
                .filter(value -> !value.startsWith("serial="))
                .toList();
    }

    @Test
    void aColumnThatIsNotLookedAtIsNotRead() {
        cloud.run(launch -> launch.userData("bGFyZ2U="));
        var reader = new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of("user_data", "''::bytea"));
        DATABASE.run(entities -> {
            var row = PlainSql.query(entities, reader.select(), reader::read).getFirst();
            assertEquals(0, row.userData.length);
        });
    }

    @Test
    void whatItCannotReadIsRefusedAtOnce() {
        var lookup = MethodHandles.lookup();
        for (var entity : List.of(OtherType.class, WithoutColumn.class)) {
            assertThrows(IllegalArgumentException.class, () -> new EntityReader<>(entity, lookup, Map.of()));
            assertThrows(IllegalArgumentException.class, () -> new EntityWriter<>(entity, lookup, Set.of()));
        }
    }

    /** Every field's value, those of embedded records too. */
    private static List<String> values(Instance row) {
        var values = new ArrayList<String>();
        for (var field : Instance.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                values.add(field.getName() + "=" + text(value(field, row)));
            }
        }
        return values;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? Arrays.toString(bytes) : value.toString();
    }

    private static Object value(Field field, Instance row) {
        try {
            var value = field.get(row);
            return value == null ? "null" : value;
        } catch (IllegalAccessException e) {
            return assertInstanceOf(String.class, e, "the field is not visible");
        }
    }

    @Table(name = "others")
    private static final class OtherType {
        @Column(name = "day")
        LocalDate day = LocalDate.EPOCH;
    }

    @Table(name = "others")
    private static final class WithoutColumn {
        String name = "";
    }
}
