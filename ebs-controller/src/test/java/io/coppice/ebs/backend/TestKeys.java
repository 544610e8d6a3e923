package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.foundation.id.ResourceId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One key for all volumes and snapshots, but for those of which something else is said. */
final class TestKeys implements DiskKeys {
    private final DiskKey key = DiskKey.random();
    private final Map<ResourceId, Optional<DiskKey>> others = new ConcurrentHashMap<>();

    /** Has none from now on. */
    void forget(ResourceId id) {
        others.put(id, Optional.empty());
    }

    /** Has another one from now on. */
    void mistake(ResourceId id) {
        others.put(id, Optional.of(DiskKey.random()));
    }

    /** Has the one of all again. */
    void remember(ResourceId id) {
        others.remove(id);
    }

    /** As QEMU is given it. */
    String passphrase() {
        return new String(key.passphrase(), StandardCharsets.US_ASCII);
    }

    @Override
    public Optional<DiskKey> of(ResourceId id) {
        return others.getOrDefault(id, Optional.of(key));
    }
}
