package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static io.coppice.testing.cloud.RealGuests.LIMIT;

import io.coppice.testing.cloud.RealGuests.Guest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import software.amazon.awssdk.services.ec2.Ec2Client;

/**
 * A guest with a file system on a volume that is to be frozen, and a shell script that plays its agent (qemu-ga-ref(7)); for
 * tests.
 *
 * @param disk the name that the guest has for the volume
 * @param other the name of another disk, with a file system that is to go on
 */
record FrozenSnapshots(RealGuests guests, Guest guest, String disk, String other) {
    /** The guest's SSH server takes commands of 9,000 characters. */
    private static final int LONGEST_TEXT = 8000;

    private static final Duration COMMAND = Duration.ofMinutes(1);
    /** Where ext4 says what must be understood to read it (INCOMPAT_RECOVER is 4): its superblock, at 1024, 0x60 bytes in. */
    private static final int FEATURES = 1024 + 0x60;

    private static final int NEEDS_RECOVERY = 4;

    private static final String AGENT = """
            for p in /sys/class/virtio-ports/*; do
                [ "$(cat $p/name)" = org.qemu.guest_agent.0 ] && d=/dev/${p##*/}
            done
            a=$(cat /sys/block/DISK/serial); b=$(cat /sys/block/OTHER/serial)
            exec 3<>$d
            while :; do
                while read -r line <&3; do
                    echo "$line" >> /run/agent.log
                    case $line in
                        *guest-sync*)
                            case $line in *delimited*) printf '\\377' >&3;; esac
                            echo "{\\"return\\": $(echo "$line" | sed 's/.*"id" *: *\\([0-9]*\\).*/\\1/')}" >&3 ;;
                        *get-fsinfo*)
                            echo '{"return": [{"mountpoint": "/mnt", "type": "ext4", "disk": [{"serial": "'$a'"}]},' \\
                                '{"mountpoint": "/other", "type": "ext2", "disk": [{"serial": "'$b'"}]}]}' >&3 ;;
                        *fsfreeze-freeze*)
                            p="/mnt /other"; n=0; rm -f /run/during
                            case $line in *freeze-list*) p=$(echo "$line" | sed 's/.*\\[\\(.*\\)\\].*/\\1/; s/[",]/ /g');; esac
                            for m in $p; do fsfreeze --freeze $m && n=$((n+1)); done
                            (dd if=/dev/zero of=/other/during bs=512 count=1 conv=fsync && touch /run/during) &
                            [ ! -e /run/mute ] && echo "{\\"return\\": $n}" >&3 ;;
                        *fsfreeze-thaw*)
                            n=0; [ -e /run/during ] || sleep 1
                            [ -e /run/during ] && touch /run/went-on
                            for m in /mnt /other; do fsfreeze --unfreeze $m && n=$((n+1)); done
                            echo "{\\"return\\": $n}" >&3 ;;
                    esac
                done
                sleep 1
            done
            """;

    /**
     * Makes a file system with a journal on the disk and mounts it at {@code /mnt}, and one on the other disk at {@code /other}; the guest
     * has no agent.
     */
    static FrozenSnapshots prepare(RealGuests guests, Guest guest, String disk, String other, Path folder) {
        var packed = fileSystem(folder.resolve("ext4"));
        for (int from = 0; from < packed.length(); from += LONGEST_TEXT) {
            var part = packed.substring(from, Math.min(packed.length(), from + LONGEST_TEXT));
            guests.command(guest, "echo " + part + " >> /run/ext4");
        }
        guests.command(
                guest,
                "base64 -d < /run/ext4 | gunzip > /dev/%s; mkdir -p /mnt; mount -t ext4 /dev/%s /mnt"
                        .formatted(disk, disk));
        guests.command(
                guest,
                "mke2fs -q /dev/%s >/dev/null 2>&1; mkdir -p /other; mount /dev/%s /other".formatted(other, other));
        return new FrozenSnapshots(guests, guest, disk, other);
    }

    /** The guest's own programs make none with a journal. */
    private static String fileSystem(Path file) {
        Command.run(
                        COMMAND,
                        Map.of(),
                        List.of(
                                "/sbin/mke2fs",
                                "-q",
                                "-F",
                                "-t",
                                "ext4",
                                "-b",
                                "1024",
                                "-J",
                                "size=1",
                                "-m",
                                "0",
                                file.toString(),
                                "8M"))
                .orFail();
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            Files.copy(file, gzip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(packed.toByteArray());
    }

    /** Starts the agent; the cloud knows of it soon. */
    void startAgent() {
        var script = Base64.getEncoder()
                .encodeToString(
                        AGENT.replace("DISK", disk).replace("OTHER", other).getBytes(StandardCharsets.UTF_8));
        guests.command(
                guest,
                "echo " + script + " | base64 -d > /run/agent; sh /run/agent >/run/agent.out 2>&1 & echo started");
    }

    /** From now on the agent freezes the file system and never says so. */
    void muteAgent() {
        guests.command(guest, "touch /run/mute");
    }

    /** Whether something was written to the other file system, and was durable, while the first one stood still. */
    boolean otherWentOn() {
        return guests.command(guest, "ls /run").contains("went-on");
    }

    /** What the agent was told. */
    String said() {
        return guests.command(guest, "cat /run/agent.log");
    }

    /** Writes a file that only the guest's memory holds. */
    void write(String name) {
        guests.command(guest, "echo " + name + " > /mnt/" + name);
    }

    /** Waits until the guest's file system takes what is written to it. */
    void awaitThaw() {
        eventually(
                "the file system takes what is written",
                LIMIT,
                () -> guests.tryCommand(guest, "timeout 10 sh -c 'echo after > /mnt/after && sync'; echo $?")
                        .output()
                        .strip(),
                "0"::equals);
    }

    /** What a clone holds: the files that can be read without its journal, and whether its journal must be replayed. */
    record Clone(List<String> files, boolean needsRecovery) {}

    /** Looks at a volume that was made of a snapshot, in the same guest, and takes it away again. */
    Clone look(Ec2Client ec2, String volume, String device) {
        var copy = guests.attach(ec2, volume, guest, device);
        var features = guests.command(
                guest, "dd if=/dev/%s bs=1 skip=%d count=1 2>/dev/null | od -An -tu1".formatted(copy, FEATURES));
        var files = guests.command(
                guest,
                "mkdir -p /clone; mount -t ext4 -o ro,noload /dev/%s /clone && ls /clone; umount /clone"
                        .formatted(copy));
        return new Clone(
                files.lines().map(String::strip).toList(), (Integer.parseInt(features.strip()) & NEEDS_RECOVERY) != 0);
    }
}
