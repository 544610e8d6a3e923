package io.coppice.ebs.rbd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pool of a Ceph cluster and who uses it. Source: https://docs.ceph.com/en/pacific/rados/configuration/ceph-conf/.
 *
 * @param conf the file that says where the monitors are
 * @param pool of RBD images, for one EBS controller alone
 * @param user without {@code client.}
 */
public record CephPool(Path conf, String pool, String user) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    /** Seconds that a program waits for a monitor: one that waits for ever would open a disk that nobody awaits any more. */
    private static final int MOUNT_SECONDS = 15;

    public CephPool {
        if (!NAME.matcher(pool).matches() || !NAME.matcher(user).matches()) {
            throw new IllegalArgumentException(
                    "names of pools and users are letters, digits, '_', '.' and '-', at most 64");
        }
    }

    /**
     * A pool as an operator names it. What programs need beyond his file goes into a copy of it, which is written anew.
     *
     * @param given the operator's file
     * @param own where the copy goes; holds no key
     * @param keyring the file with the user's key; empty: where the operator's file or Ceph's default says
     * @throws IOException when the file or the keyring cannot be read; the message is for the operator
     */
    public static CephPool open(Path given, Path own, String pool, String user, Optional<Path> keyring)
            throws IOException {
        var text = new StringBuilder(read(given));
        text.append("\n[client.%s]\nclient_mount_timeout = %d\n".formatted(user, MOUNT_SECONDS));
        if (keyring.isPresent()) {
            if (!Files.isReadable(keyring.get())) {
                throw new IOException("the keyring " + keyring.get() + " cannot be read");
            }
            text.append("keyring = ").append(keyring.get().toAbsolutePath()).append('\n');
        }
        Files.writeString(own, text);
        return new CephPool(own.toAbsolutePath(), pool, user);
    }

    private static String read(Path given) throws IOException {
        try {
            return Files.readString(given, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + given, e);
        }
    }

    /** What {@code rbd} and {@code ceph} are told of it. */
    List<String> arguments() {
        return List.of("--conf", conf.toString(), "--id", user);
    }

    /** An image in it, as the end of what stands behind {@code --image-opts} of qemu-img(1) and qemu-nbd(8): what is in it is named before. */
    String fileOptions(String image) {
        return node(image).entrySet().stream().map(CephPool::option).collect(Collectors.joining(","));
    }

    private static String option(Map.Entry<String, Object> each) {
        return "file." + each.getKey() + "=" + each.getValue().toString().replace(",", ",,");
    }

    /** What a storage daemon is told of an image in it: BlockdevOptionsRbd of qemu-storage-daemon-qmp-ref(7). */
    Map<String, Object> node(String image) {
        return Map.of("driver", "rbd", "pool", pool, "image", image, "conf", conf.toString(), "user", user);
    }
}
