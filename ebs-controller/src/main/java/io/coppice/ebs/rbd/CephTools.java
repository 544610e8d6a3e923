package io.coppice.ebs.rbd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.program.ProgramOutput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Runs {@code rbd} and {@code ceph}, without a shell and within limits of time and output. Keys are in files that the
 * programs read themselves. Thread-safe. Sources: rbd(8), ceph(8).
 */
final class CephTools {
    /** For what takes as long for any size. */
    private static final Duration SHORT = Duration.ofSeconds(60);
    /** For what takes as long as there is data. */
    private static final Duration LONG = Duration.ofHours(12);

    private static final int MOST_OUTPUT_BYTES = 64 << 20;
    private static final int LONGEST_MESSAGE = 500;
    private static final byte[] NOTHING = {};
    private static final Logger LOG = Logger.getLogger(CephTools.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CephPool pool;

    CephTools(CephPool pool) {
        this.pool = pool;
    }

    CephPool pool() {
        return pool;
    }

    /** Runs {@code rbd} with these arguments. Throws {@link CephRefusal} when it ends with something else than 0. */
    void rbd(String... arguments) throws IOException {
        run("rbd", SHORT, arguments);
    }

    /** As {@link #rbd}, of a program that reads its standard input. */
    void rbdFrom(byte[] input, String... arguments) throws IOException {
        run(new Program("rbd", SHORT, process -> {}, input), arguments);
    }

    /** As {@link #rbd}, for what may take hours. */
    void rbdForLong(String... arguments) throws IOException {
        run("rbd", LONG, arguments);
    }

    /** As {@link #rbdForLong}; {@code started} is told of the process, which may be ended. */
    void rbdForLong(Consumer<Process> started, String... arguments) throws IOException {
        run(new Program("rbd", LONG, started, NOTHING), arguments);
    }

    /** As {@link #rbd}; what it says. */
    String ask(String... arguments) throws IOException {
        return run("rbd", SHORT, arguments).strip();
    }

    /** As {@link #rbd}; what it says as JSON. */
    JsonNode askJson(String... arguments) throws IOException {
        return json(run("rbd", SHORT, withFormat(arguments)));
    }

    /** As {@link #askJson}, for what takes as long as there are images. */
    JsonNode askJsonForLong(String... arguments) throws IOException {
        return json(run("rbd", LONG, withFormat(arguments)));
    }

    /** As {@link #rbdForLong}; {@code listener} hears each line that it says, however many there are. */
    void rbdLines(Consumer<String> listener, String... arguments) throws IOException {
        run(new Program("rbd", LONG, process -> {}, NOTHING), stream -> lines(stream, listener), arguments);
    }

    /** Runs {@code ceph} with these arguments; what it says as JSON. */
    JsonNode cephJson(String... arguments) throws IOException {
        return json(run("ceph", SHORT, withFormat(arguments)));
    }

    /** Runs {@code ceph} with these arguments. */
    void ceph(String... arguments) throws IOException {
        run("ceph", SHORT, arguments);
    }

    /** Has Python carry out {@code code}, which is given the pool's arguments before these. */
    void python(String interpreter, String code, String first, Collection<String> others) throws IOException {
        var command = new ArrayList<>(List.of(interpreter, "-I", "-c", code));
        command.addAll(pool.arguments());
        command.add(first);
        command.addAll(others);
        run(new Program("snapshots of one moment", SHORT, process -> {}, NOTHING), CephTools::read, command, "");
    }

    private static String[] withFormat(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--format", "json"));
        return all.toArray(String[]::new);
    }

    private static JsonNode json(String said) throws IOException {
        try {
            return JSON.readTree(said);
        } catch (JsonProcessingException e) {
            throw new IOException("Ceph said what cannot be read: " + cut(said), e);
        }
    }

    /** What is run, and for how long at most. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Program(String name, Duration limit, Consumer<Process> started, byte[] input) {}

    private String run(String program, Duration limit, String... arguments) throws IOException {
        return run(new Program(program, limit, process -> {}, NOTHING), arguments);
    }

    private String run(Program what, String... arguments) throws IOException {
        return run(what, CephTools::read, arguments);
    }

    private <T> T run(Program what, Function<InputStream, T> hearing, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(what.name()));
        command.addAll(pool.arguments());
        command.addAll(List.of(arguments));
        return run(what, hearing, command, " " + String.join(" ", arguments));
    }

    private static <T> T run(Program what, Function<InputStream, T> hearing, List<String> command, String arguments)
            throws IOException {
        var program = what.name();
        var limit = what.limit();
        var builder = new ProcessBuilder(command);
        builder.environment().remove("CEPH_ARGS");
        var process = launch(program, builder);
        try {
            what.started().accept(process);
            var said = ProgramOutput.hear(() -> hearing.apply(process.getInputStream()));
            var errors = ProgramOutput.hear(() -> read(process.getErrorStream()));
            tell(process, what.input());
            var words = program + arguments;
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(words + " did not end within " + limit + ": is the Ceph cluster healthy?");
            }
            if (process.exitValue() != 0) {
                throw new CephRefusal(words, process.exitValue(), errors.join());
            }
            return said.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + program + " ran");
        } catch (CompletionException e) {
            throw new IOException("what " + program + " said cannot be read", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void tell(Process process, byte[] input) {
        try (var pipe = process.getOutputStream()) {
            pipe.write(input);
        } catch (IOException e) {
            LOG.debugf("a program of Ceph ended before it had read all, and says why: %s", e.getMessage());
        }
    }

    private static Process launch(String program, ProcessBuilder builder) throws IOException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IOException(program + " cannot be run: install ceph-common", e);
        }
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readNBytes(MOST_OUTPUT_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many lines there were. */
    private static int lines(InputStream stream, Consumer<String> listener) {
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            var count = 0;
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                listener.accept(line);
                count++;
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The line that says what went wrong; those before it are of the libraries. */
    static String last(String errors) {
        return cut(errors.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(LONGEST_MESSAGE, text.length()));
    }
}
