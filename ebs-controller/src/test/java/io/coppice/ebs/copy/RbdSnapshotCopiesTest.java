package io.coppice.ebs.copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.MasterKey;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.ebs.volume.DesiredSnapshotState;
import io.coppice.ebs.volume.DesiredSnapshotState.Moment;
import io.coppice.ebs.volume.EbsDatabase;
import io.coppice.ebs.volume.KeptKeys;
import io.coppice.ebs.volume.LostSnapshots;
import io.coppice.ebs.volume.SnapshotWork;
import io.coppice.ebs.volume.Snapshots;
import io.coppice.ebs.volume.Volumes;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.signal.ChangeSignal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, snapshots in Ceph would be lost with their pool, come back as something else, or be sent whole each time. What
 * comes back does so in another pool, as in another zone: nothing is there but what the copies hold.
 */
class RbdSnapshotCopiesTest {
    private static final int CHUNK = 8 << 20;
    private static final int PIECES = 5;
    private static final long DISK = (long) PIECES * CHUNK;
    private static final long DEADLINE = Duration.ofMinutes(1).toNanos();
    private static final SnapshotCopier.Limits LIMITS =
            new SnapshotCopier.Limits(2, Long.MAX_VALUE, Duration.ofSeconds(1));

    private static final LostSnapshots NOTHING_LOST = LostSnapshots.NEVER_COME_BACK;

    @TempDir
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static EbsDatabase database;

    @SuppressWarnings("NullAway.Init")
    private static CephUnderCopy here;

    @SuppressWarnings("NullAway.Init")
    private static CephUnderCopy elsewhere;

    private final MemoryStore store = new MemoryStore();
    private final Random random = new Random(7);
    private final CopyBook book = new CopyBook(Clock.systemUTC());
    private SnapshotWork work;
    private SnapshotCopier copier;
    private SnapshotReturns returns;

    @BeforeAll
    static void start() throws IOException {
        here = CephUnderCopy.fresh(folder.resolve("here"));
        elsewhere = CephUnderCopy.fresh(folder.resolve("elsewhere"));
        database = new EbsDatabase();
    }

    @AfterAll
    static void stop() throws IOException {
        if (database != null) {
            database.close();
            here.close();
            elsewhere.close();
        }
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
        copier = new SnapshotCopier(database, book, home(here), store, LIMITS);
        returns = new SnapshotReturns(database, book, home(elsewhere), store, LIMITS);
        var snapshots = new Snapshots(Clock.systemUTC());
        var keys = new KeptKeys(
                database, new Volumes(Clock.systemUTC()), snapshots, MasterKey.open(folder.resolve("master-key")));
        work = new SnapshotWork(database, snapshots, here.backend(), new ChangeSignal(), NOTHING_LOST, keys);
    }

    private SnapshotHome home(CephUnderCopy zone) {
        return SnapshotHome.of(database, book, zone.backend().snapshotDisks(store::isOpen));
    }

    @Test
    void onlyWhatDiffersIsSentAndAllComesBackInAnotherPool() throws IOException {
        var volume = volume();
        write(volume, 0, CHUNK);
        write(volume, 2L * CHUNK, CHUNK);
        var first = snapshot(volume);
        copyAll();
        // Two pieces and two lists: holes take no room.
        assertEquals(4, store.objects.size());
        var before = here.content(first);

        write(volume, 2L * CHUNK + 4096, 512);
        write(volume, DISK - 512, 512);
        here.discard(volume, 0, CHUNK);
        var second = snapshot(volume);
        var after = here.content(second);
        write(volume, CHUNK, CHUNK);
        copyAll();
        assertEquals(8, store.objects.size());
        assertFalse(copier.pass());
        assertEquals(2, copier.totals().copied());

        comesBack(second);
        assertArrayEquals(after, elsewhere.content(second));
        comesBack(first);
        assertArrayEquals(before, elsewhere.content(first));
        assertFalse(returns.isOnItsWay(first));
    }

    /** As in another zone, whose volumes are in files. */
    @Test
    void whatIsCopiedOfADiskBecomesALayerWhereVolumesAreInLayers() throws IOException {
        var volume = volume();
        write(volume, 0, CHUNK + 100);
        var first = snapshot(volume);
        write(volume, 4096, 100);
        here.discard(volume, CHUNK, CHUNK);
        var second = snapshot(volume);
        copyAll();
        var layers = new Layers(folder.resolve("layers"));
        var inLayers = new SnapshotReturns(database, book, SnapshotHome.of(database, book, layers), store, LIMITS);
        for (var each : List.of(first, second)) {
            assertTrue(inLayers.bringBack(each));
            var options = Layers.imageOptions(layers.find(each).orElseThrow());
            try (var open = OpenDisk.open(options, OpenDisk.Use.READING, folder.resolve("sockets"))) {
                var content = ByteBuffer.allocate((int) open.sizeBytes());
                open.read(0, content);
                assertArrayEquals(here.content(each), content.array());
            }
        }
    }

    @Test
    @Tag("full")
    void whatIsMadeOfASnapshotIsSentAsItsDifference() throws IOException {
        var volume = volume();
        write(volume, 0, 3 * CHUNK);
        var first = snapshot(volume);
        copyAll();
        var objects = store.objects.size();
        var copy = SnapshotId.random();
        want(copy, 1, Optional.empty(), Optional.of(first));
        copyAll();
        // Two lists.
        assertEquals(objects + 2, store.objects.size());

        var clone = VolumeId.random();
        here.backend().create(clone, 2 * DISK, Optional.of(copy));
        here.backend().delete(volume);
        write(clone, CHUNK + 100, 100);
        write(clone, DISK + 100, 100);
        var ofClone = snapshot(clone);
        copyAll();
        assertEquals(objects + 6, store.objects.size());
        comesBack(first);
        comesBack(ofClone);
        assertArrayEquals(here.content(ofClone), elsewhere.content(ofClone));
        assertTrue(
                elsewhere
                        .rbd("info", ofClone.value())
                        .contains("parent: " + elsewhere.pool().pool() + "/" + first),
                "it takes no room again for what is here");
    }

    @Test
    @Tag("full")
    void aDeletedSnapshotTakesAlongWhatNoOtherNeeds() throws IOException {
        var volume = volume();
        write(volume, 0, 2 * CHUNK);
        var first = snapshot(volume);
        write(volume, CHUNK, 100);
        var second = snapshot(volume);
        copyAll();
        delete(first);
        copyAll();
        assertFalse(store.objects.containsKey("snapshots/" + first));
        comesBack(second);
        assertArrayEquals(here.content(second), elsewhere.content(second));
        // Kept to compare with, until the snapshot goes.
        assertTrue(here.rbd("snap", "ls", volume.value()).contains(second.value()));
        delete(second);
        assertEquals("", here.rbd("snap", "ls", volume.value()));
        copyAll();
        assertEquals(Map.of(), store.objects);
    }

    @Test
    @Tag("full")
    void whatACrashCutOffGoesOnWhereItWas() throws IOException {
        var volume = volume();
        write(volume, 0, (int) DISK);
        here.rbd("image-meta", "set", volume.value(), "coppice.note", "kept");
        var snapshot = snapshot(volume);
        // Two pieces at a time: the first two are there when the second of the next two fails.
        store.putsLeft.set(3);
        assertThrows(IOException.class, () -> copier.pass());
        store.putsLeft.set(Integer.MAX_VALUE);
        var puts = store.puts.get();
        reopen();
        copyAll();
        // The five less the two that were known to be there; and the two lists.
        assertEquals(puts + 5, store.puts.get());

        // As after a crash in the middle of the way back.
        var disks = elsewhere.backend().snapshotDisks(() -> false);
        disks.begin(snapshot, DISK, Optional.empty()).close();
        var other = SnapshotId.random();
        disks.begin(other, DISK, Optional.empty()).close();
        elsewhere.close();
        elsewhere = elsewhere.again();
        reopen();
        assertFalse(elsewhere.backend().stored(snapshot).isPresent());
        comesBack(snapshot);
        assertArrayEquals(here.content(snapshot), elsewhere.content(snapshot));
        assertEquals(
                "kept",
                elsewhere
                        .rbd("image-meta", "get", snapshot.value(), "coppice.note")
                        .strip());
        var deadline = System.nanoTime() + DEADLINE;
        while (elsewhere.rbd("ls").contains(other.value())) {
            assertTrue(System.nanoTime() < deadline, "what nobody wants stays");
            elsewhere.backend().tidy();
        }
    }

    @Test
    void aCopyThatIsNotWhatItWasIsNotUsed() throws IOException {
        var volume = volume();
        write(volume, 0, CHUNK);
        var snapshot = snapshot(volume);
        copyAll();
        var piece = store.objects.keySet().stream()
                .filter(key -> key.endsWith("/0"))
                .findAny()
                .orElseThrow();
        store.spoil(piece, CHUNK / 2);
        var changed = assertThrows(IOException.class, () -> returns.bringBack(snapshot));
        assertTrue(String.valueOf(changed.getMessage()).contains("chunk"), changed.getMessage());
        store.spoil(piece, CHUNK / 2);
        var list = piece.substring(0, piece.length() - 1) + "manifest";
        store.spoil(list, 9);
        assertThrows(IOException.class, () -> returns.bringBack(snapshot));
        store.spoil(list, 9);
        elsewhere.quota(CHUNK);
        var full = assertThrows(IOException.class, () -> returns.bringBack(snapshot));
        assertTrue(String.valueOf(full.getMessage()).contains("room"), full.getMessage());
        elsewhere.quota(1L << 40);
        assertFalse(elsewhere.rbd("ls").contains(snapshot.value()));
        assertTrue(returns.bringBack(snapshot));
    }

    /** Random work on two volumes and what is made of them; in the end each snapshot comes back. */
    @Test
    @Tag("full")
    void whateverIsDoneEachSnapshotComesBackAsItWas() throws IOException {
        var volumes = new ArrayList<>(List.of(volume(), volume()));
        var kept = new LinkedHashMap<SnapshotId, byte[]>();
        for (int step = 0; step < 60; step++) {
            var volume = volumes.get(random.nextInt(volumes.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> write(volume, random.nextInt((int) DISK - CHUNK), 1 + random.nextInt(100_000));
                case 2 -> here.discard(volume, random.nextInt(PIECES) * (long) CHUNK / 2, CHUNK);
                case 3, 4 -> {
                    var id = snapshot(volume);
                    kept.put(id, here.content(id));
                }
                case 5 -> copyAll();
                case 6 -> {
                    var ids = List.copyOf(kept.keySet());
                    if (!ids.isEmpty()) {
                        var clone = VolumeId.random();
                        here.backend().create(clone, 2 * DISK, Optional.of(ids.get(random.nextInt(ids.size()))));
                        here.backend().delete(volume);
                        volumes.set(volumes.indexOf(volume), clone);
                    }
                }
                default -> {
                    var ids = List.copyOf(kept.keySet());
                    if (ids.size() > 2) {
                        var id = ids.get(random.nextInt(ids.size()));
                        kept.remove(id);
                        delete(id);
                    }
                }
            }
        }
        copyAll();
        for (var each : kept.entrySet()) {
            comesBack(each.getKey());
            assertArrayEquals(each.getValue(), elsewhere.content(each.getKey()), "seed 7");
        }
    }

    private static VolumeId volume() throws IOException {
        var volume = VolumeId.random();
        here.backend().create(volume, DISK, Optional.empty());
        return volume;
    }

    /** What cannot be compressed. */
    private void write(VolumeId volume, long offset, int bytes) throws IOException {
        var content = new byte[bytes];
        random.nextBytes(content);
        here.write(volume, offset, content);
    }

    private SnapshotId snapshot(VolumeId volume) throws IOException {
        var id = SnapshotId.random();
        want(id, 1, Optional.of(volume), Optional.empty());
        return id;
    }

    private void delete(SnapshotId id) throws IOException {
        want(id, 2, Optional.empty(), Optional.empty());
    }

    private void want(SnapshotId id, long generation, Optional<VolumeId> volume, Optional<SnapshotId> source)
            throws IOException {
        var deleted = volume.isEmpty() && source.isEmpty();
        var wish = new DesiredSnapshotState(
                id, generation, deleted, new AccountId("111111111111"), volume, source, "", Moment.ITS_OWN);
        database.call(session -> new Snapshots(Clock.systemUTC()).want(session, wish));
        work.run(id);
    }

    private void copyAll() throws IOException {
        var more = true;
        while (more) {
            more = copier.pass();
        }
    }

    /** Asks as the worker does, until it is there. */
    private void comesBack(SnapshotId snapshot) throws IOException {
        var deadline = System.nanoTime() + DEADLINE;
        while (returns.isOnItsWay(snapshot)) {
            assertTrue(System.nanoTime() < deadline, "it does not come back");
        }
        assertTrue(elsewhere.backend().stored(snapshot).isPresent());
    }
}
