package io.coppice.cloud.volume;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What policies may ask about snapshots. Thread-safe. */
@ApplicationScoped
class SnapshotFacts implements ResourceFacts {
    private static final String SIZE = "ec2:volumesize";
    private static final String OWNER = "ec2:owner";
    private static final String ENCRYPTED = "ec2:encrypted";

    private final SnapshotStore store;

    SnapshotFacts(SnapshotStore store) {
        this.store = store;
    }

    @Override
    public String kind() {
        return "ec2:snapshot";
    }

    @Override
    public Set<String> keys() {
        return Set.of(SIZE, OWNER, ENCRYPTED);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return store.visible(account, names, null, Math.max(1, names.size())).stream()
                .collect(Collectors.toMap(snapshot -> snapshot.id().value(), SnapshotFacts::keys));
    }

    private static Map<String, List<String>> keys(Snapshot snapshot) {
        return Map.of(
                SIZE, List.of(Integer.toString(snapshot.sizeGib())),
                OWNER, List.of(snapshot.owner().value()),
                ENCRYPTED, List.of(Boolean.toString(snapshot.encrypted())));
    }
}
