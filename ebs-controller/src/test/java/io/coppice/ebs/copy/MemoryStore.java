package io.coppice.ebs.copy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An object store that holds what a test looks at, and breaks when it says so. Thread-safe. */
final class MemoryStore implements CopyStore {
    final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    final AtomicInteger puts = new AtomicInteger();
    volatile boolean open = true;
    /** How many objects can be written before it breaks. */
    final AtomicInteger putsLeft = new AtomicInteger(Integer.MAX_VALUE);

    /** Those of other zones. */
    volatile List<CopyStore> others = List.of();

    @Override
    public List<CopyStore> elsewhere() {
        return others;
    }

    /** Changes a byte of an object that is there; twice is as before. */
    void spoil(String key, int index) {
        Objects.requireNonNull(objects.get(key), key)[index] ^= 1;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void prepare() throws IOException {
        if (!open) {
            throw new IOException("the store is closed");
        }
    }

    @Override
    public void put(String key, byte[] content) throws IOException {
        if (putsLeft.getAndDecrement() <= 0) {
            throw new IOException("the store broke");
        }
        puts.incrementAndGet();
        objects.put(key, content.clone());
    }

    @Override
    public Optional<byte[]> get(String key, int mostBytes) throws IOException {
        var content = objects.get(key);
        if (content != null && content.length > mostBytes) {
            throw new IOException("too large");
        }
        return Optional.ofNullable(content).map(byte[]::clone);
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }
}
