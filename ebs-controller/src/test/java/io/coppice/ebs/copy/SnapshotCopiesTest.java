package io.coppice.ebs.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.backend.LayerEncryption;
import io.coppice.ebs.backend.LocalVolumeBackend;
import io.coppice.ebs.backend.NoSuchSnapshotException;
import io.coppice.ebs.key.MasterKey;
import io.coppice.ebs.layer.LayerName;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.SimulatedVolumeServer;
import io.coppice.ebs.volume.DesiredSnapshotState;
import io.coppice.ebs.volume.DesiredSnapshotState.Moment;
import io.coppice.ebs.volume.EbsDatabase;
import io.coppice.ebs.volume.KeptKeys;
import io.coppice.ebs.volume.SnapshotWork;
import io.coppice.ebs.volume.Snapshots;
import io.coppice.ebs.volume.Volumes;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.signal.ChangeSignal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a snapshot would be lost with the disk of the EBS controller, or come back as something else. */
class SnapshotCopiesTest {
    private static final long GIB = 1L << 30;
    private static final int CHUNK = 8 << 20;
    private static final long DEADLINE = Duration.ofMinutes(1).toNanos();
    private static final SnapshotCopier.Limits LIMITS =
            new SnapshotCopier.Limits(2, Long.MAX_VALUE, Duration.ofSeconds(1));

    @SuppressWarnings("NullAway.Init")
    private static EbsDatabase database;

    private final MemoryStore store = new MemoryStore();
    private final Random random = new Random(5);

    @TempDir
    private Path folder;

    private Layers layers;
    private LocalVolumeBackend backend;
    private SnapshotWork work;
    private SnapshotCopier copier;
    private SnapshotReturns returns;

    @BeforeAll
    static void startDatabase() throws IOException {
        database = new EbsDatabase();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        database.close();
    }

    @BeforeEach
    void open() throws IOException {
        database.call(session -> {
            for (var table : new String[] {"snapshot_copy", "layer_copy", "snapshot"}) {
                session.createNativeMutationQuery("delete from " + table).executeUpdate();
            }
            return true;
        });
        reopen();
    }

    private void reopen() throws IOException {
        layers = new Layers(folder.resolve("volumes"));
        backend = new LocalVolumeBackend(
                layers,
                new SimulatedVolumeServer(),
                LayerEncryption.none(layers),
                new LocalVolumeBackend.Limits(1000, 16));
        var book = new CopyBook(Clock.systemUTC());
        var home = SnapshotHome.of(database, book, layers);
        copier = new SnapshotCopier(database, book, home, store, LIMITS);
        returns = new SnapshotReturns(database, book, home, store, LIMITS);
        var snapshots = new Snapshots(Clock.systemUTC());
        var keys = new KeptKeys(
                database, new Volumes(Clock.systemUTC()), snapshots, MasterKey.open(folder.resolve("master-key")));
        work = new SnapshotWork(database, snapshots, backend, new ChangeSignal(), returns, keys);
    }

    @Test
    void aSnapshotComesBackAfterTheDiskIsLost() throws IOException {
        var volume = volume();
        write(volume, 3 * CHUNK + 4711);
        var first = snapshot(volume);
        write(volume, 1000);
        var second = snapshot(volume);
        copyAll();
        var kept = contents(second);
        loseTheDisk();
        assertThrows(NoSuchSnapshotException.class, () -> backend.create(VolumeId.random(), GIB, Optional.of(second)));
        comesBack(second);
        assertSame(kept, contents(second));
        comesBack(first);
        assertEquals(layers.find(first), layers.below(layers.find(second).orElseThrow()));
        var clone = VolumeId.random();
        backend.create(clone, GIB, Optional.of(second));
        assertEquals(3, layers.chain(layers.find(clone).orElseThrow()).size());
        assertFalse(returns.isOnItsWay(second));
    }

    /** The zone has disk, tables and bucket of its own, and reads the bucket of the zone where the snapshot was taken. */
    @Test
    void aZoneThatNeverSawTheVolumeRestoresItsSnapshot() throws IOException {
        var volume = volume();
        write(volume, 2 * CHUNK + 99);
        var snapshot = snapshot(volume);
        var kept = contents(snapshot);
        var otherStore = new MemoryStore();
        otherStore.others = List.of(store);
        var otherLayers = new Layers(folder.resolve("other-zone"));
        var otherBackend = new LocalVolumeBackend(
                otherLayers,
                new SimulatedVolumeServer(),
                LayerEncryption.none(otherLayers),
                new LocalVolumeBackend.Limits(1000, 16));
        var book = new CopyBook(Clock.systemUTC());
        var otherHome = SnapshotHome.of(database, book, otherLayers);
        var there = new SnapshotReturns(database, book, otherHome, otherStore, LIMITS);
        // One database is at hand here: there the snapshot has no row.
        database.call(session -> {
            session.createNativeMutationQuery("update snapshot set snapshot_id = 'snap-0'")
                    .executeUpdate();
            new Snapshots(Clock.systemUTC()).awaitFromElsewhere(session, snapshot);
            return true;
        });
        otherStore.open = false;
        assertTrue(there.isOnItsWay(snapshot), "it waits for a permit");
        otherStore.open = true;
        for (var i = 0; i < 100; i++) {
            assertTrue(there.isOnItsWay(snapshot), "it waits for the copy, however often it looks");
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        database.call(session -> session.createNativeMutationQuery("update snapshot set snapshot_id = :id")
                .setParameter("id", snapshot.value())
                .executeUpdate());
        copyAll();
        var end = System.nanoTime() + DEADLINE;
        while (!otherLayers.isWhole(snapshot)) {
            assertTrue(System.nanoTime() < end, "it does not come");
            if (!there.isOnItsWay(snapshot)) {
                Thread.onSpinWait();
            }
        }
        assertFalse(there.isOnItsWay(snapshot));
        otherBackend.create(VolumeId.random(), GIB, Optional.of(snapshot));
        assertSame(kept, contents(otherLayers, snapshot));
        assertTrue(otherStore.objects.isEmpty(), "what is another zone's is not copied again");
    }

    @Test
    void eachLayerIsSentOnceAndAHoleTakesNoRoom() throws IOException {
        var volume = volume();
        write(volume, 2 * CHUNK);
        snapshot(volume);
        copyAll();
        var objects = store.objects.size();
        write(volume, 10);
        hole(volume, 4L * CHUNK);
        snapshot(volume);
        copyAll();
        // What was written, what lies behind the hole, the layer's list and the snapshot's.
        assertEquals(objects + 4, store.objects.size());
        assertEquals(0, copier.totals().waiting());
        assertEquals(2, copier.totals().copied());
        assertFalse(copier.pass());
    }

    @Test
    void whatACrashCutOffGoesOnWhereItWas() throws IOException {
        var volume = volume();
        write(volume, 5 * CHUNK);
        var snapshot = snapshot(volume);
        var kept = contents(snapshot);
        // Two pieces at a time: the first two are there when the second of the next two fails.
        store.putsLeft.set(3);
        assertThrows(IOException.class, () -> copier.pass());
        store.putsLeft.set(Integer.MAX_VALUE);
        var before = store.puts.get();
        reopen();
        copyAll();
        // Six pieces, since the header comes first, less the two that were known to be there; and the two lists.
        assertEquals(before + 6, store.puts.get());
        loseTheDisk();
        comesBack(snapshot);
        assertSame(kept, contents(snapshot));
    }

    @Test
    void aDeletedSnapshotTakesItsLayersAlongUnlessAnotherNeedsThem() throws IOException {
        var volume = volume();
        write(volume, CHUNK);
        var first = snapshot(volume);
        write(volume, 10);
        var second = snapshot(volume);
        copyAll();
        delete(first);
        copyAll();
        assertFalse(store.objects.containsKey("snapshots/" + first));
        loseTheDisk();
        comesBack(second);
        delete(second);
        copyAll();
        assertEquals(Map.of(), store.objects);
        assertEquals(0, copier.totals().copied());
    }

    @Test
    void aCopyThatIsNotWhatItWasIsNotUsed() throws IOException {
        var volume = volume();
        write(volume, CHUNK);
        var snapshot = snapshot(volume);
        copyAll();
        var layer = LayerName.of(layers.find(snapshot).orElseThrow());
        loseTheDisk();
        store.spoil("layers/" + layer + "/0", CHUNK / 2);
        var changed = assertThrows(IOException.class, () -> returns.bringBack(snapshot));
        assertTrue(String.valueOf(changed.getMessage()).contains("chunk"), changed.getMessage());
        store.spoil("layers/" + layer + "/0", CHUNK / 2);
        store.spoil("layers/" + layer + "/manifest", 9);
        assertThrows(IOException.class, () -> returns.bringBack(snapshot));
        assertFalse(layers.isWhole(snapshot));
    }

    @Test
    void whatIsNotKeptElsewhereIsNotWaitedFor() throws IOException {
        var unknown = SnapshotId.random();
        var deadline = System.nanoTime() + DEADLINE;
        while (returns.isOnItsWay(unknown)) {
            assertTrue(System.nanoTime() < deadline, "it is waited for without end");
            Thread.onSpinWait();
        }
        var volume = volume();
        var snapshot = snapshot(volume);
        copyAll();
        store.open = false;
        loseTheDisk();
        assertFalse(returns.isOnItsWay(unknown));
        // There is a copy, and the store may be used again soon.
        assertTrue(returns.isOnItsWay(snapshot));
    }

    private VolumeId volume() throws IOException {
        var volume = VolumeId.random();
        backend.create(volume, GIB, Optional.empty());
        return volume;
    }

    /** Makes the file of the volume's layer that much longer, by what cannot be compressed. */
    private void write(VolumeId volume, int bytes) throws IOException {
        var content = new byte[bytes];
        random.nextBytes(content);
        Files.write(layers.find(volume).orElseThrow(), content, StandardOpenOption.APPEND);
    }

    private void hole(VolumeId volume, long bytes) throws IOException {
        try (var channel = FileChannel.open(layers.find(volume).orElseThrow(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), channel.size() + bytes);
        }
    }

    private SnapshotId snapshot(VolumeId volume) throws IOException {
        var id = SnapshotId.random();
        want(id, 1, false, Optional.of(volume));
        return id;
    }

    private void delete(SnapshotId id) throws IOException {
        want(id, 2, true, Optional.empty());
    }

    private void want(SnapshotId id, long generation, boolean deleted, Optional<VolumeId> volume) throws IOException {
        var wish = new DesiredSnapshotState(
                id, generation, deleted, new AccountId("111111111111"), volume, Optional.empty(), "", Moment.ITS_OWN);
        database.call(session -> new Snapshots(Clock.systemUTC()).want(session, wish));
        work.run(id);
    }

    private void copyAll() throws IOException {
        var more = true;
        while (more) {
            more = copier.pass();
        }
    }

    private Map<LayerName, byte[]> contents(SnapshotId snapshot) throws IOException {
        return contents(layers, snapshot);
    }

    private static Map<LayerName, byte[]> contents(Layers layers, SnapshotId snapshot) throws IOException {
        var contents = new HashMap<LayerName, byte[]>();
        for (var layer : layers.chain(layers.find(snapshot).orElseThrow())) {
            contents.put(LayerName.of(layer), Files.readAllBytes(layer));
        }
        return contents;
    }

    private static void assertSame(Map<LayerName, byte[]> expected, Map<LayerName, byte[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((layer, content) -> assertArrayEquals(content, actual.get(layer)));
    }

    private void loseTheDisk() throws IOException {
        try (var all = Files.walk(folder.resolve("volumes"))) {
            for (var file : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        reopen();
    }

    /** Asks as the worker does, until it is there. */
    private void comesBack(SnapshotId snapshot) throws IOException {
        var deadline = System.nanoTime() + DEADLINE;
        while (returns.isOnItsWay(snapshot)) {
            assertTrue(System.nanoTime() < deadline, "it does not come back");
            Thread.onSpinWait();
        }
        assertTrue(layers.isWhole(snapshot));
    }
}
