package io.coppice.foundation.undo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed, a launch that breaks half-way would leave taps, disks or domains behind. */
class UndoTest {
    private final List<String> undone = new ArrayList<>();

    @Test
    void takesStepsBackNewestFirstEvenWhenOneFails() {
        try (var undo = Undo.begin()) {
            undo.add("first", () -> undone.add("first"));
            undo.add("broken", () -> {
                throw new IllegalStateException("cannot");
            });
            undo.add("last", () -> undone.add("last"));
        }
        assertEquals(List.of("last", "first"), undone);
    }

    @Test
    void takesNothingBackAfterCommit() {
        try (var undo = Undo.begin()) {
            undo.add("first", () -> undone.add("first"));
            undo.commit();
        }
        assertEquals(List.of(), undone);
    }
}
