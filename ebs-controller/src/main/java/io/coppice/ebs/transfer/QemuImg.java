package io.coppice.ebs.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.program.ProgramOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs qemu-img, without a shell and within limits of memory and time: what it reads was made by tenants. Thread-safe.
 * Source: qemu-img(1).
 */
public final class QemuImg {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Limits LOOKING = new Limits(Duration.ofSeconds(30), 1L << 30);
    private static final long CONVERTING_BYTES = 4L << 30;
    private static final Limits GROWING = new Limits(Duration.ofSeconds(60), CONVERTING_BYTES);
    /** What prlimit(1) ends with when it cannot run the program, or finds none. */
    private static final int CANNOT_RUN = 126;

    private static final int NOT_FOUND = 127;
    private static final int LONGEST_MESSAGE = 1000;
    private static final String KEY = "disk-key";
    /** The begin of options of what is a disk byte by byte, also if these are encrypted; those of what it lies in follow. */
    public static final String PLAIN = "driver=raw,";

    /** How an encrypted qcow2 begins in {@code --image-opts}; where it is follows. */
    public static final String ENCRYPTED_QCOW2 = "driver=qcow2,encrypt.format=luks,encrypt.key-secret=" + KEY + ",";

    private static final Pattern PROGRESS = Pattern.compile("\\((\\d{1,3})[.\\d]*/100%\\)");

    private final Duration converting;

    /** @param converting how long a conversion may take, seconds at least */
    public QemuImg(Duration converting) {
        this.converting = converting;
    }

    /**
     * The disk's size as a guest sees it, bytes.
     *
     * @throws UnusableDiskException when QEMU cannot read it, or it needs another file
     */
    long virtualBytes(Path file, DiskFormat format) throws IOException {
        var said = new StringBuilder();
        run(List.of("info", "--output=json", source(file, format)), LOOKING, new byte[0], said::append);
        JsonNode facts;
        try {
            facts = JSON.readTree(said.toString());
        } catch (JsonProcessingException e) {
            throw new IOException("qemu-img info said what cannot be read: " + cut(said.toString()), e);
        }
        if (facts.has("backing-filename") || facts.has("full-backing-filename")) {
            throw new UnusableDiskException("the disk needs another one below it: make it one piece first");
        }
        var size = facts.path("virtual-size").asLong();
        if (size <= 0) {
            throw new UnusableDiskException("the disk has no size");
        }
        return size;
    }

    /**
     * Writes what a disk in a file of its own holds to a volume that is there, zeros too.
     */
    void fill(Path file, DiskFormat format, StoredDisk volume, IntConsumer percent) throws IOException {
        var arguments = new ArrayList<>(List.of("-n", "-t", "writeback", source(file, format)));
        arguments.addAll(volume.asTarget());
        convert(arguments, volume.key(), percent);
    }

    /** Writes what a plain layer of ours and those below it hold into an empty layer that this key opens. */
    public void encrypt(Path plain, Path layer, DiskKey key) throws IOException {
        var options = List.of("-n", "--target-is-zero", "-U", "-f", DiskFormat.QCOW2.driver(), plain.toString());
        var arguments = new ArrayList<>(options);
        arguments.addAll(target(layer, true));
        convert(arguments, Optional.of(key), percent -> {});
    }

    /** Writes what a plain disk holds into an empty encrypted one of its size or larger. */
    public void encrypt(StoredDisk plain, StoredDisk encrypted) throws IOException {
        var arguments = new ArrayList<>(List.of("-n", "--target-is-zero"));
        arguments.addAll(plain.asSource());
        arguments.addAll(encrypted.asTarget());
        convert(arguments, encrypted.key(), percent -> {});
    }

    /** Makes an encrypted disk that nobody has open so large, bytes. It takes as long for any size. */
    public void grow(StoredDisk encrypted, long sizeBytes) throws IOException {
        var arguments = new ArrayList<>(List.of("resize", "-q"));
        arguments.addAll(secret());
        arguments.addAll(encrypted.asSource());
        arguments.add(String.valueOf(sizeBytes));
        var key = encrypted.key().orElseThrow(() -> new IOException("the disk is not encrypted"));
        run(arguments, GROWING, key.passphrase(), said -> {});
    }

    /** Has a key be read from a pipe: in an argument every user of this machine could read it. */
    private static List<String> secret() {
        return List.of("--object", "secret,id=" + KEY + ",file=/dev/stdin");
    }

    /** The arguments that have a layer written to. */
    static List<String> target(Path layer, boolean encrypted) {
        if (!encrypted) {
            return List.of("-O", DiskFormat.QCOW2.driver(), layer.toString());
        }
        var target = ENCRYPTED_QCOW2 + "file.driver=file,file.filename="
                + layer.toString().replace(",", ",,");
        return List.of("--target-image-opts", target);
    }

    /** Writes what a disk in a file of its own holds into a new file. */
    void rewrite(Path file, DiskFormat format, Path target, DiskFormat to, IntConsumer percent) throws IOException {
        var arguments = new ArrayList<>(List.of(source(file, format)));
        convert(writing(arguments, to, target), Optional.empty(), percent);
    }

    /** Writes what a snapshot holds into a new file. */
    void extract(StoredDisk snapshot, Path target, DiskFormat to, IntConsumer percent) throws IOException {
        var arguments = new ArrayList<>(snapshot.asSource());
        convert(writing(arguments, to, target), Optional.empty(), percent);
    }

    private static List<String> writing(List<String> arguments, DiskFormat to, Path target) {
        arguments.addAll(List.of("-O", to.driver()));
        arguments.addAll(to.writing());
        arguments.add(target.toString());
        return arguments;
    }

    private void convert(List<String> arguments, Optional<DiskKey> key, IntConsumer percent) throws IOException {
        var all = new ArrayList<>(List.of("convert", "-p"));
        if (key.isPresent()) {
            all.addAll(secret());
        }
        all.addAll(arguments);
        var input = key.map(DiskKey::passphrase).orElse(new byte[0]);
        run(all, new Limits(converting, CONVERTING_BYTES), input, said -> {
            var match = PROGRESS.matcher(said);
            while (match.find()) {
                percent.accept(Math.min(100, Integer.parseInt(match.group(1))));
            }
        });
    }

    /** A file and nothing that it may name, in the only notation that takes every path. */
    private static String source(Path file, DiskFormat format) throws IOException {
        var node = new HashMap<String, @Nullable Object>();
        node.put("driver", format.driver());
        node.put("file", Map.of("driver", "file", "filename", file.toString()));
        if (format != DiskFormat.RAW) {
            node.put("backing", null);
        }
        return "json:" + JSON.writeValueAsString(node);
    }

    /** Hears what a program says, piece by piece. */
    @FunctionalInterface
    private interface Listener {
        void hear(String said);
    }

    /** What a program may take. */
    private record Limits(Duration time, long memoryBytes) {}

    private static void run(List<String> arguments, Limits limits, byte[] input, Listener listener) throws IOException {
        var limit = limits.time();
        var command = new ArrayList<>(List.of(
                "prlimit", "--as=" + limits.memoryBytes(), "--cpu=" + limit.toSeconds(), "--core=0", "--", "qemu-img"));
        command.addAll(arguments);
        var process = new ProcessBuilder(command).start();
        try {
            try (var pipe = process.getOutputStream()) {
                pipe.write(input);
            }
            var errors = ProgramOutput.hear(() -> words(process.getErrorStream()));
            var said = ProgramOutput.hear(() -> hear(process.getInputStream(), listener));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new UnusableDiskException("the disk could not be read within " + limit);
            }
            said.join();
            if (process.exitValue() >= CANNOT_RUN && process.exitValue() <= NOT_FOUND) {
                throw new IOException("qemu-img cannot be run on the EBS controller's machine: install qemu-utils");
            }
            if (process.exitValue() != 0) {
                throw failure(errors.join());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a disk was converted");
        } finally {
            process.destroyForcibly();
        }
    }

    private static IOException failure(String words) {
        return words.contains("No space left")
                ? new IOException("there is no room for the disk now")
                : new UnusableDiskException("the disk cannot be read: " + words);
    }

    /** Returns true when the stream came to its end. */
    private static boolean hear(InputStream stream, Listener listener) {
        try (Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            var piece = new char[4096];
            for (var count = reader.read(piece); count >= 0; count = reader.read(piece)) {
                listener.hear(new String(piece, 0, count));
            }
            return true;
        } catch (IOException e) {
            // It was ended; whoever did so knows why.
            listener.hear("");
            return false;
        }
    }

    /** What went wrong, without the places of our files. */
    private static String words(InputStream stream) {
        var words = new StringBuilder();
        hear(stream, words::append);
        return cut(
                words.toString().replaceAll("json:\\{.*?}}|'?/[^ :']+'?", "it").strip());
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(LONGEST_MESSAGE, text.length()));
    }
}
