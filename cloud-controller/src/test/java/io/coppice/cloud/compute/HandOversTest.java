package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.TestDatabase;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, a zone is told the same again and again, or is not told again what it never answered. */
class HandOversTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final Instant THEN = Instant.parse("2026-02-03T04:05:06Z");
    private static final Instant LATER = THEN.plusSeconds(10);

    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final HandOvers handOvers = new HandOvers(2);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void whatIsNotAnsweredIsForgottenWithTime() {
        var first = cloud.row(cloud.runOne());
        var second = cloud.row(cloud.runOne());
        assertTrue(handOvers.remember(List.of(first), THEN));
        assertTrue(handOvers.remember(List.of(second), LATER));
        assertArrayEquals(
                new String[] {first.id, second.id}, handOvers.since(THEN).ids());
        assertArrayEquals(
                new String[] {second.id}, handOvers.since(THEN.plusSeconds(1)).ids());
        assertArrayEquals(new String[] {second.id}, handOvers.since(THEN).ids());
    }

    @Test
    void whatIsAnsweredIsForgottenAtOnce() {
        var first = cloud.row(cloud.runOne());
        var second = cloud.row(cloud.runOne());
        assertTrue(handOvers.remember(List.of(first, second), THEN));
        handOvers.forget(List.of(first.id, "i-unknown"));
        assertArrayEquals(new String[] {second.id}, handOvers.since(THEN).ids());
        handOvers.clear();
        assertArrayEquals(new String[0], handOvers.since(THEN).ids());
    }

    @Test
    void tooManyAreNotRemembered() {
        var rows = List.of(cloud.row(cloud.runOne()), cloud.row(cloud.runOne()), cloud.row(cloud.runOne()));
        assertFalse(handOvers.remember(rows, THEN));
        assertArrayEquals(new String[0], handOvers.since(THEN).ids());
    }

    @Test
    void onlyWhatWasNotHandedOverAsItIsIsDue() {
        var first = cloud.row(cloud.runOne());
        var second = cloud.row(cloud.runOne());
        assertTrue(handOvers.remember(List.of(first, second), THEN));
        assertTrue(due().isEmpty());
        DATABASE.run(entities -> entities.find(Instance.class, second.id).wantAgain());
        assertTrue(due().equals(List.of(second.id)), "it has changed since");
        handOvers.forget(List.of(first.id));
        assertTrue(due().equals(List.of(first.id, second.id)), "longest first");
    }

    private List<String> due() {
        return DATABASE.call(
                entities -> InstanceRows.due(entities, CloudFixture.ZONE, THEN, handOvers.since(THEN), 10).stream()
                        .map(row -> row.id)
                        .toList());
    }
}
