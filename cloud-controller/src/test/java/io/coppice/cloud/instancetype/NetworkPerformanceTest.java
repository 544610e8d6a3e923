package io.coppice.cloud.instancetype;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** If this failed, limits of bandwidth would be others than the words that clients are told. */
class NetworkPerformanceTest {
    @Test
    void gigabitsAreTakenAtTheirWord() {
        assertEquals(10_000, NetworkPerformance.mbit("10 Gigabit"));
        assertEquals(5_000, NetworkPerformance.mbit("Up to 5 Gigabit"));
        assertEquals(12_500, NetworkPerformance.mbit("Up to 12.5 Gigabit"));
    }

    @Test
    void wordsStandForAboutWhatTheySay() {
        assertEquals(500, NetworkPerformance.mbit("Moderate"));
        assertEquals(0, NetworkPerformance.mbit("as the site says"), "no limit");
    }
}
