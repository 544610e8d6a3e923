package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.QemuVolumeServer;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.ebs.serve.VolumeServer;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * If this failed, the death of a storage daemon or of the EBS controller in the middle of an operation would lose what a guest
 * was told is durable, or leave daemons, sockets or layers behind: each operation is cut off at each of its steps, and repeated
 * after it as the worker does.
 */
class KillMatrixTest {
    private static final long GIB = 1L << 30;
    private static final int DEADLINE_SECONDS = 60;
    private static final String NAME = "e00000000000000000000000000000001";
    private static final String OTHER = "e00000000000000000000000000000002";
    private static final Grants BOTH = Grants.shared(Set.of(NAME, OTHER));
    private static final Grants FIRST_OF_BOTH = Grants.shared(Set.of(NAME));

    @TempDir
    Path folder;

    private VolumeId volume = VolumeId.random();
    private SnapshotId snapshot = SnapshotId.random();
    private Layers layers;
    private QemuVolumeServer server;
    private CutServer cut;
    private LocalVolumeBackend backend;

    /** What is cut off. */
    private enum Operation {
        ATTACH(false),
        ATTACH_SECOND(true),
        DETACH(true),
        DETACH_SECOND(true),
        SNAPSHOT(true),
        GROW(true),
        DELETE(true);

        private final boolean beginsAttached;

        Operation(boolean beginsAttached) {
            this.beginsAttached = beginsAttached;
        }
    }

    /** What happens at a step. */
    @FunctionalInterface
    private interface Cut {
        void happen() throws IOException;
    }

    /** The EBS controller dies. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Lets something happen before or after one of the calls; steps are counted from 0. */
    private static final class CutServer implements VolumeServer {
        private final VolumeServer real;
        private int at = Integer.MAX_VALUE;
        private Cut cut = () -> {};
        private int step;

        CutServer(VolumeServer real) {
            this.real = real;
        }

        void at(int which, Cut what) {
            at = which;
            cut = what;
            step = 0;
        }

        private void step() throws IOException {
            if (step++ == at) {
                cut.happen();
            }
        }

        @Override
        public List<VolumeExport> serve(VolumeId id, Path layer, Grants grants) throws IOException {
            step();
            var exports = real.serve(id, layer, grants);
            step();
            return exports;
        }

        @Override
        public void withdraw(VolumeId id) throws IOException {
            step();
            real.withdraw(id);
            step();
        }

        @Override
        public Optional<Path> writtenTo(VolumeId id) throws IOException {
            step();
            return real.writtenTo(id);
        }

        @Override
        public void divert(VolumeId id, Path layer) throws IOException {
            step();
            real.divert(id, layer);
            step();
        }

        @Override
        public void whilePaused(Collection<VolumeId> ids, Change change) throws IOException {
            step();
            real.whilePaused(ids, () -> {
                step();
                change.make();
                step();
            });
            step();
        }

        @Override
        public void flatten(VolumeId id) throws IOException {
            real.flatten(id);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-storage-daemon"))
                        && Files.isExecutable(Path.of("/usr/bin/qemu-io")),
                "needs qemu-storage-daemon and qemu-io: install qemu-system-common and qemu-utils");
        layers = new Layers(folder.resolve("v"));
        server = new QemuVolumeServer(folder.resolve("r"), layers, DiskKeys.NONE, Optional.empty(), true);
        cut = new CutServer(server);
        backend = new LocalVolumeBackend(
                layers, cut, LayerEncryption.none(layers), new LocalVolumeBackend.Limits(100.0, 16));
    }

    @AfterEach
    void close() throws IOException {
        if (server != null) {
            server.close();
            StorageDaemons.stopAll(folder.resolve("r"));
        }
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void theControllerDiesAtEachStep(Operation operation) throws Exception {
        var steps = stepsOf(operation);
        for (int step = 0; step < steps; step++) {
            begin(operation);
            cut.at(step, () -> {
                throw new Death();
            });
            assertThrows(Death.class, () -> carryOut(operation), operation + " has no step " + step);
            // Everything in memory is gone; files and daemons stay.
            server.close();
            open();
            if (operation == Operation.SNAPSHOT || operation == Operation.GROW) {
                again(() -> backend.serve(volume, NAME));
            }
            again(() -> carryOut(operation));
            check(operation);
        }
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void theStorageDaemonDiesAtEachStep(Operation operation) throws Exception {
        var steps = stepsOf(operation);
        for (int step = 0; step < steps; step++) {
            begin(operation);
            cut.at(step, this::killDaemon);
            again(() -> carryOut(operation));
            check(operation);
        }
    }

    private int stepsOf(Operation operation) throws Exception {
        begin(operation);
        cut.at(Integer.MAX_VALUE, () -> {});
        carryOut(operation);
        var steps = cut.step;
        check(operation);
        assertTrue(steps > 0);
        return steps;
    }

    /** A volume that holds something durable, of nothing else. */
    private void begin(Operation operation) throws Exception {
        volume = VolumeId.random();
        snapshot = SnapshotId.random();
        cut.at(Integer.MAX_VALUE, () -> {});
        backend.create(volume, GIB, Optional.empty());
        backend.serve(volume, NAME);
        io(volume, "write -P 1 0 64k", "flush");
        switch (operation) {
            case ATTACH_SECOND -> backend.serve(volume, FIRST_OF_BOTH);
            case DETACH_SECOND -> backend.serve(volume, BOTH);
            case ATTACH, DETACH, SNAPSHOT, GROW, DELETE -> {
                // One has it, or nobody.
            }
        }
        if (!operation.beginsAttached) {
            backend.withdraw(volume);
        }
    }

    private void carryOut(Operation operation) throws IOException {
        switch (operation) {
            case ATTACH -> backend.serve(volume, NAME);
            case ATTACH_SECOND -> backend.serve(volume, BOTH);
            case DETACH -> backend.withdraw(volume);
            case DETACH_SECOND -> backend.serve(volume, FIRST_OF_BOTH);
            case SNAPSHOT -> backend.snapshot(snapshot, volume);
            case GROW -> backend.create(volume, 2 * GIB, Optional.empty());
            case DELETE -> backend.delete(volume);
        }
    }

    /** That it ended as documented with nothing lost, and that nothing is left of it once all is deleted. */
    private void check(Operation operation) throws Exception {
        cut.at(Integer.MAX_VALUE, () -> {});
        switch (operation) {
            case ATTACH -> io(volume, "read -P 1 0 64k");
            case ATTACH_SECOND -> {
                io(volume, "read -P 1 0 64k", "write -P 2 0 64k");
                io(OTHER, volume, "read -P 2 0 64k");
            }
            case DETACH_SECOND -> {
                io(volume, "read -P 1 0 64k");
                assertThrows(IOException.class, () -> once(OTHER, volume, "read 0 512"));
            }
            case DETACH -> {
                assertEquals(List.of(), filesIn(folder.resolve("r")));
                again(() -> backend.serve(volume, NAME));
                io(volume, "read -P 1 0 64k");
            }
            case SNAPSHOT -> {
                io(volume, "read -P 1 0 64k", "write -P 2 0 64k", "flush");
                var clone = VolumeId.random();
                backend.create(clone, GIB, Optional.of(snapshot));
                backend.serve(clone, NAME);
                io(clone, "read -P 1 0 64k");
                io(volume, "read -P 2 0 64k");
                again(() -> backend.delete(clone));
            }
            case GROW -> io(volume, "read -P 1 0 64k", "write -P 3 1500M 64k", "read -P 3 1500M 64k");
            case DELETE -> assertFalse(backend.exists(volume));
        }
        again(() -> backend.delete(volume));
        backend.delete(snapshot);
        assertEquals(List.of(), filesIn(layers.folder()), "layers are left");
        assertEquals(List.of(), filesIn(folder.resolve("r")), "a daemon, or its socket, is left");
    }

    private static List<Path> filesIn(Path where) throws IOException {
        try (var files = Files.list(where)) {
            return files.toList();
        }
    }

    private void killDaemon() throws IOException {
        OpenVolume.killDaemon(folder.resolve("r").resolve(volume.value() + ".pid"));
    }

    /** Has all of it done by one client, again from the begin while the volume is not served. */
    private void io(VolumeId of, String... commands) throws Exception {
        io(NAME, of, commands);
    }

    private void io(String name, VolumeId of, String... commands) throws Exception {
        again(() -> once(name, of, commands));
    }

    private void once(String name, VolumeId of, String... commands) throws IOException {
        var command = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        List.of(commands).forEach(each -> command.addAll(List.of("-c", each)));
        command.add("nbd+unix:///" + name + "?socket=" + folder.resolve("r").resolve(of.value()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertFalse(said.contains("Pattern verification failed"), () -> "something durable was lost: " + said);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(said);
        }
    }

    /** Repeats it until it succeeds, as the worker does. */
    private static void again(Cut work) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            try {
                work.happen();
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }
}
