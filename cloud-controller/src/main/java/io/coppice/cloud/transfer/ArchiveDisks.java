package io.coppice.cloud.transfer;

import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;

/**
 * The disks of an archive beyond its first one, which are known once it was fetched: each becomes a disk of the task, which
 * fetches the archive for itself. Thread-safe.
 */
final class ArchiveDisks {
    private static final char FIRST = 'f';
    /** Far enough for {@link ImportActions#MOST_DISKS}, most of whose names were chosen by the user. */
    private static final char LAST = 'z';

    private final Clock clock;

    ArchiveDisks(Clock clock) {
        this.clock = clock;
    }

    /**
     * Adds the others, in the transaction in which the first one leaves the step that told how many there are. Throws what its
     * user would be told if he had asked for so many.
     */
    void addOthers(EntityManager entities, TaskRow task, DiskRow first, int archived) {
        if (first.archiveDisk() > 0 || archived < 2) {
            return;
        }
        if (task.kind() == TaskKind.IMPORT_SNAPSHOT) {
            throw TransferErrors.unsupported(
                    "A snapshot of an archive of " + archived + " disks: ImportImage takes all of them. That");
        }
        // Several archives of one task come here one after the other, under its lock: what stands in the database
        // counts.
        var there = entities.createQuery("from DiskRow d where d.taskId = :id", DiskRow.class)
                .setParameter("id", task.id())
                .getResultList();
        if (there.size() + archived - 1 > ImportActions.MOST_DISKS) {
            throw TransferErrors.invalid(
                    "DiskContainers",
                    there.size() + archived - 1 + " disks with those in archives",
                    "at most " + ImportActions.MOST_DISKS);
        }
        var devices = new HashSet<String>();
        there.forEach(disk -> devices.add(disk.device()));
        int position = there.size();
        for (int disk = 1; disk < archived; disk++) {
            var device = free(devices);
            devices.add(device);
            entities.persist(first.archived(disk, position++, device, clock.instant()));
        }
    }

    private static String free(Set<String> taken) {
        for (char letter = FIRST; letter <= LAST; letter++) {
            var device = "/dev/sd" + letter;
            if (!taken.contains(device)) {
                return device;
            }
        }
        throw new IllegalStateException("more disks than letters");
    }
}
