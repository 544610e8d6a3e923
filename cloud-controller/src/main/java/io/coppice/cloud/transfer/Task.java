package io.coppice.cloud.transfer;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A task with its disks in their order, and its tags. */
record Task(TaskRow row, List<DiskRow> disks, Map<String, String> tags) {
    Task {
        disks = List.copyOf(disks);
        tags = Map.copyOf(tags);
    }

    String id() {
        return row.id();
    }

    /** How much of it is done, percent; empty when it is over. */
    Optional<String> progress() {
        return row.state() == TaskState.ACTIVE
                ? Optional.of(String.valueOf((int)
                        disks.stream().mapToInt(DiskRow::progress).average().orElse(0)))
                : Optional.empty();
    }

    /** What it does now, or why it is over; empty when there is nothing to say. */
    Optional<String> message() {
        var doing = disks.stream().filter(disk -> disk.step() != DiskStep.DONE).findFirst();
        if (row.state() == TaskState.ACTIVE && doing.isPresent()) {
            return Optional.of(row.message().isEmpty() ? doing.get().step().message() : row.message());
        }
        return Optional.of(row.message()).filter(text -> !text.isEmpty());
    }
}
