package io.coppice.walrus.accesslog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps gathered lines in files, so that they outlive a process that is killed. They are not synced: a power cut may take
 * the last of them. One line of a file is account, bucket, prefix and text, with tabs between them. A file that cannot be
 * written costs no more than that safety. Used by one thread at a time.
 */
final class LogSpool {
    private static final Logger LOG = Logger.getLogger(LogSpool.class);
    private static final int FIELDS = 4;

    private final Path folder;
    /** Files whose lines were not put into their buckets yet, the one that is written not among them. */
    private List<Path> full = new ArrayList<>();

    private @Nullable Path current;
    private @Nullable FileChannel open;

    private LogSpool(Path folder) {
        this.folder = folder;
    }

    /** Opens the folder, makes it when it is new, and shows what an earlier process left there. */
    static LogSpool open(Path folder, BiConsumer<LogBuffer.Place, String> left) throws IOException {
        var spool = new LogSpool(Files.createDirectories(folder));
        try (var files = Files.newDirectoryStream(folder, "*.lines")) {
            for (var file : files) {
                // Whatever a crash made of the last line, the others are good.
                try (var lines =
                        new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
                    lines.lines().forEach(line -> read(line, left));
                }
                spool.full.add(file);
            }
        }
        return spool;
    }

    /** Appends a line. */
    void add(LogBuffer.Place place, String line) {
        try {
            var text = String.join(
                    "\t",
                    place.accountId(),
                    place.target().bucket(),
                    URLEncoder.encode(place.target().prefix(), StandardCharsets.UTF_8),
                    line + "\n");
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            var file = writable();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            LOG.debugf("a line of an access log is in memory alone: %s", e.toString());
        }
    }

    /** The files of all lines so far; later lines go into another one. */
    List<Path> turn() {
        close();
        var files = full;
        if (current != null) {
            files.add(current);
        }
        current = null;
        full = new ArrayList<>();
        return files;
    }

    /** Removes files whose lines are in their buckets. */
    static void remove(List<Path> files) {
        for (var file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warnf("the lines of %s will be in an access log twice: %s", file, e.getMessage());
            }
        }
    }

    private FileChannel writable() throws IOException {
        var channel = open;
        if (channel == null) {
            var file = Files.createTempFile(folder, "", ".lines");
            channel = FileChannel.open(file, StandardOpenOption.APPEND);
            current = file;
            open = channel;
        }
        return channel;
    }

    private void close() {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.debugf("%s: %s", current, e.toString());
        }
        open = null;
    }

    /** The last line of a killed process may be cut short. */
    private static void read(String line, BiConsumer<LogBuffer.Place, String> left) {
        var fields = line.split("\t", FIELDS);
        if (fields.length == FIELDS) {
            var target = new LogTarget(fields[1], URLDecoder.decode(fields[2], StandardCharsets.UTF_8));
            left.accept(new LogBuffer.Place(fields[0], target), fields[3]);
        }
    }
}
