package io.coppice.node.simulated;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;

/**
 * Small values by key in one file that is only appended to: to make a file costs a hundred times what a line more in one
 * costs, and thousands of simulated guests begin and end at once. What was put survives a crash of the process, and not a
 * power cut. The file is open only while it is used. Thread-safe; used by one process at a time.
 */
final class KeyedLog {
    /** A file smaller than this is not worth being written anew, whatever is in it. */
    private static final long SMALL_BYTES = 1 << 20;
    /** Key length, value length, and the CRC-32 of both. */
    private static final int HEAD_BYTES = 12;

    private static final int MOST_BYTES = 16 << 20;
    private static final int REMOVED = -1;

    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<String, Value> values = new HashMap<>();
    private long endBytes;
    private long liveBytes;

    /** Where a value stands in the file. */
    private record Value(long at, int length) {}

    /** Opens the log in this file, which need not exist. What a crash has cut short at its end was never put. */
    KeyedLog(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (Files.exists(file)) {
            load();
            cutOff();
        }
    }

    /** The value of this key. */
    Optional<byte[]> get(String key) throws IOException {
        lock.lock();
        try {
            var value = values.get(key);
            return value == null ? Optional.empty() : Optional.of(read(value));
        } finally {
            lock.unlock();
        }
    }

    /** The rest of every key that begins so. */
    List<String> keys(String prefix) {
        lock.lock();
        try {
            return values.keySet().stream()
                    .filter(key -> key.startsWith(prefix))
                    .map(key -> key.substring(prefix.length()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Puts a value in the place of any before it. */
    void put(String key, byte[] value) throws IOException {
        lock.lock();
        try {
            compactIfWorthIt();
            append(key, value.length, value);
        } finally {
            lock.unlock();
        }
    }

    /** Removes the value of this key, if it has one. */
    void remove(String key) throws IOException {
        lock.lock();
        try {
            if (values.containsKey(key)) {
                append(key, REMOVED, new byte[0]);
            }
        } finally {
            lock.unlock();
        }
    }

    private void append(String key, int length, byte[] value) throws IOException {
        var record = record(key, length, value);
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            write(channel, record);
            endBytes = channel.position() - record.limit();
        }
        take(key, length);
    }

    /** All of it or, when the disk is full, nothing: half a record would hide those after it. */
    private static void write(FileChannel channel, ByteBuffer record) throws IOException {
        var before = channel.size();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            channel.truncate(before);
            throw e;
        }
    }

    private static ByteBuffer record(String key, int length, byte[] value) {
        var name = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEAD_BYTES + name.length + value.length)
                .putInt(name.length)
                .putInt(length)
                .putInt(checksum(name, value))
                .put(name)
                .put(value)
                .flip();
    }

    private static int checksum(byte[] name, byte[] value) {
        var sum = new CRC32();
        sum.update(name);
        sum.update(value);
        return (int) sum.getValue();
    }

    /** A record stands at the end now. */
    private void take(String key, int length) {
        var nameBytes = key.getBytes(StandardCharsets.UTF_8).length;
        var valueAt = endBytes + HEAD_BYTES + nameBytes;
        var before = length == REMOVED ? values.remove(key) : values.put(key, new Value(valueAt, length));
        if (before != null) {
            liveBytes -= HEAD_BYTES + nameBytes + before.length();
        }
        endBytes = valueAt + Math.max(length, 0);
        if (length != REMOVED) {
            liveBytes += HEAD_BYTES + nameBytes + length;
        }
    }

    private byte[] read(Value value) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(value.length());
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, value.at() + bytes.position()) < 0) {
                    throw new EOFException(file + " is shorter than it was");
                }
            }
            return bytes.array();
        }
    }

    private void load() throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (loadOne(in)) {
                // Each is taken as it is read.
            }
        } catch (EOFException e) {
            // The end of the file, or of a record that was cut short.
            return;
        }
    }

    private void cutOff() throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(endBytes);
        }
    }

    /** Whether there was a whole record. */
    private boolean loadOne(DataInputStream in) throws IOException {
        var nameLength = in.readInt();
        var length = in.readInt();
        var sum = in.readInt();
        if (nameLength < 0 || length < REMOVED || (long) nameLength + length > MOST_BYTES) {
            return false;
        }
        var name = in.readNBytes(nameLength);
        var value = in.readNBytes(Math.max(length, 0));
        if (checksum(name, value) != sum) {
            return false;
        }
        take(new String(name, StandardCharsets.UTF_8), length);
        return true;
    }

    /** Once most of the file is past, a new one with what counts takes its place. */
    private void compactIfWorthIt() throws IOException {
        if (endBytes < SMALL_BYTES || endBytes < 2 * liveBytes) {
            return;
        }
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var copy = new KeyedLog(fresh);
        for (var each : values.entrySet()) {
            var value = read(each.getValue());
            copy.append(each.getKey(), value.length, value);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        values.clear();
        values.putAll(copy.values);
        endBytes = copy.endBytes;
        liveBytes = copy.liveBytes;
    }
}
