package io.coppice.node.hypervisor;

import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.jboss.logging.Logger;

/**
 * Finds out whether KVM is worth using by running a guest with it. /dev/kvm tells little: on some machines it exists and
 * guests hang, or run many times slower than under QEMU's translator. The probe guest is the PC's own firmware and a boot
 * sector that does some work and then ends QEMU with a code. The answer is kept for as long as the machine runs.
 */
final class KvmProbe {
    private static final Logger LOG = Logger.getLogger(KvmProbe.class);
    private static final Path KVM = Path.of("/dev/kvm");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Duration LIMIT = Duration.ofSeconds(3);
    /** The translator starts slowly on a busy machine, and still tells how busy it is. */
    private static final Duration TRANSLATED_LIMIT = Duration.ofSeconds(20);

    private static final Duration HEAD_START = Duration.ofMillis(400);
    /** isa-debug-exit ends QEMU with twice the byte that was written, plus one. */
    private static final int EXIT_CODE = 0x10 * 2 + 1;

    /**
     * 5,000 reads of port 0x61, each of which leaves the guest, then a write to the exit port: cli; mov cx,5000; in al,0x61;
     * loop; mov dx,0x501; mov al,0x10; out dx,al; hlt; jmp.
     */
    private static final byte[] BOOT_CODE =
            HexFormat.of().parseHex("fa" + "b98813" + "e461" + "e2fc" + "ba0105" + "b010" + "ee" + "f4" + "ebfd");

    private static final int SECTOR_BYTES = 512;
    private static final int DISK_BYTES = 64 * SECTOR_BYTES;

    private final Path folder;

    /** A probe that keeps its answer in {@code folder}. */
    KvmProbe(Path folder) {
        this.folder = folder;
    }

    /** What guests should run with on this machine. */
    Acceleration find() throws IOException {
        if (!Files.isReadable(KVM) || !Files.isWritable(KVM)) {
            return Acceleration.TRANSLATED;
        }
        var bootId = Files.readString(BOOT_ID).strip();
        var kept = folder.resolve("kvm-probe");
        if (Files.exists(kept)) {
            var words = Files.readString(kept).strip().split(" ", -1);
            if (words.length == 2 && words[0].equals(bootId)) {
                return words[1].equals("kvm") ? Acceleration.KVM : Acceleration.TRANSLATED;
            }
        }
        var found = probe();
        var unfinished = folder.resolve("kvm-probe.new");
        Files.writeString(unfinished, bootId + (found == Acceleration.KVM ? " kvm\n" : " translated\n"));
        Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return found;
    }

    private Acceleration probe() throws IOException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            LOG.info("KVM cannot be probed on this architecture yet: guests run translated");
            return Acceleration.TRANSLATED;
        }
        var disk = Files.createTempFile(folder, "kvm-probe", ".img");
        try {
            Files.write(disk, bootDisk());
            var translated = time("tcg", disk, TRANSLATED_LIMIT);
            var limit = translated.multipliedBy(2).plus(HEAD_START);
            var accelerated = time("kvm", disk, limit.compareTo(LIMIT) < 0 ? limit : LIMIT);
            LOG.infof("KVM runs guests: a probe took %s, and %s translated", accelerated, translated);
            return Acceleration.KVM;
        } catch (CommandException e) {
            LOG.warnf(
                    "guests run translated, some ten times slower: /dev/kvm is there but a probe failed (%s)",
                    e.getMessage());
            return Acceleration.TRANSLATED;
        } finally {
            Files.deleteIfExists(disk);
        }
    }

    private static byte[] bootDisk() {
        var disk = Arrays.copyOf(BOOT_CODE, DISK_BYTES);
        disk[SECTOR_BYTES - 2] = 0x55;
        disk[SECTOR_BYTES - 1] = (byte) 0xaa;
        return disk;
    }

    private static Duration time(String accelerator, Path disk, Duration limit) throws IOException {
        var started = System.nanoTime();
        var result = new CommandRunner(limit)
                .execute(
                        "",
                        "qemu-system-x86_64",
                        "-accel",
                        accelerator,
                        "-machine",
                        "pc",
                        "-m",
                        "64",
                        "-nodefaults",
                        "-no-user-config",
                        "-display",
                        "none",
                        "-drive",
                        "if=ide,format=raw,readonly=off,file=" + disk,
                        "-device",
                        "isa-debug-exit,iobase=0x501,iosize=2");
        if (result.exitCode() != EXIT_CODE) {
            throw new CommandException("a probe guest with %s ended with %d: %s"
                    .formatted(accelerator, result.exitCode(), result.errors().strip()));
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
