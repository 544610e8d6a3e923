package io.coppice.cloud.rootvolume;

import io.coppice.cloud.image.GuestHolds;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Keeps guests off while their root volumes are replaced. Thread-safe. */
@ApplicationScoped
class ReplacementHolds implements GuestHolds {
    private final Database database;
    private final Replacements replacements;
    private final ReplacementWorker worker;

    ReplacementHolds(Database database, Replacements replacements, ReplacementWorker worker) {
        this.database = database;
        this.replacements = replacements;
        this.worker = worker;
    }

    @Override
    public Map<String, String> of(EntityManager entities, Collection<String> instanceIds) {
        return replacements.underWay(entities, instanceIds).stream()
                .filter(row -> row.state() == ReplacementState.IN_PROGRESS && !row.isSwapped())
                .collect(Collectors.toMap(ReplacementRow::instanceId, ReplacementRow::id));
    }

    @Override
    public void resting(EntityManager entities, String instanceId, String workId) {
        replacements
                .find(entities, workId)
                .filter(row -> row.instanceId().equals(instanceId)
                        && row.state() == ReplacementState.IN_PROGRESS
                        && !row.isOver())
                .ifPresent(row -> {
                    row.rest();
                    database.afterCommit(worker::signal);
                });
    }
}
