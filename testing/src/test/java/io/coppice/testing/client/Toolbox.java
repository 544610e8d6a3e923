package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.testing.architecture.SourceTree;
import io.coppice.testing.cloud.Command;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Runs the tools of this machine against one cloud, apart from what the user of this machine has set for them. */
final class Toolbox {
    static final Path DEBIAN_PYTHON = Path.of("/usr/bin/python3");
    /** Generous: some tools take two minutes on a busy machine. */
    static final Duration LIMIT = Duration.ofMinutes(10);

    private static final Logger LOG = Logger.getLogger(Toolbox.class);
    /** The words with which every script ends when nothing failed. */
    private static final String THE_END = "the end";

    private final Map<String, String> environment = new TreeMap<>();
    private final Path folder;

    /**
     * Tools for the cloud that {@code environment} names.
     *
     * @param environment what {@code coppice env} exports
     * @param folder where tools may write
     */
    Toolbox(Map<String, String> environment, Path folder) {
        this.folder = folder;
        var config = write(folder.resolve("aws-config"), "[default]\ns3 =\n    signature_version = s3v4\n");
        this.environment.putAll(environment);
        this.environment.putAll(Map.of(
                "AWS_CONFIG_FILE",
                config.toString(),
                "AWS_SHARED_CREDENTIALS_FILE",
                folder.resolve("aws-credentials").toString(),
                "AWS_EC2_METADATA_DISABLED",
                "true",
                "AWS_PAGER",
                "",
                "BOTO_CONFIG",
                folder.resolve("boto").toString(),
                // Nothing is written beside the scripts.
                "PYTHONDONTWRITEBYTECODE",
                "1"));
    }

    /** Where scripts, playbooks and configurations of the clients lie. */
    static Path sources() {
        return SourceTree.root().resolve("testing/clients");
    }

    /** Debian's program, whether it is there or not, and the one that the PATH finds first where that is another. */
    static Stream<Path> installed(Path debian, String name) {
        return Stream.concat(Stream.of(debian), find(name).filter(other -> !same(other, debian)).stream());
    }

    /** The program of that name on the PATH. */
    static Optional<Path> find(String name) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Skips the test where the program is not there, and tells how to get it. */
    static void assumeProgram(Path program, String fix) {
        assumeTrue(Files.isExecutable(program), program + " is missing: " + fix);
    }

    /** Skips the test where a Python has no such module. */
    void assumeModule(Path python, String module) {
        assumeProgram(python, "apt-get install python3");
        assumeTrue(
                run(List.of(python.toString(), "-c", "import " + module)).status() == 0,
                python + " has no " + module + ": apt-get install python3-" + module);
    }

    /** Runs a script of {@code testing/clients/python} and fails unless it comes to its end. */
    void tell(Path python, String script, String... arguments) {
        var line = new ArrayList<>(List.of(
                python.toString(), sources().resolve("python").resolve(script).toString()));
        line.addAll(List.of(arguments));
        ended(run(line));
    }

    /** Fails unless the program ended well and with the words of a story that was told to its end. */
    void ended(Command.Result result) {
        var output = result.orFail().output();
        LOG.info(output);
        assertTrue(output.contains(THE_END), output);
    }

    /** Runs a program with the cloud's environment. */
    Command.Result run(List<String> command) {
        return run(Map.of(), folder, command);
    }

    /** Runs a program in a folder with the cloud's environment and more. */
    Command.Result run(Map<String, String> more, Path where, List<String> command) {
        var all = new TreeMap<>(environment);
        all.putAll(more);
        return Command.run(LIMIT, all, where, command);
    }

    /** A setting of the cloud's environment. */
    String value(String name) {
        return Optional.ofNullable(environment.get(name))
                .orElseThrow(() -> new AssertionError("coppice env does not export " + name));
    }

    /** A folder of its own for a tool, with a copy of its sources. */
    Path copyOf(String sources) {
        var copy = folder.resolve(sources);
        try {
            Files.createDirectories(copy);
            try (var files = Files.list(sources().resolve(sources))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    /** A name that no other test and no other run has used: fit for buckets. */
    static String uniqueName() {
        return "client-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /** An SSH public key whose private half nobody keeps. */
    String publicKey(Path where) {
        var key = where.resolve("key");
        run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key.toString()))
                .orFail();
        return read(where.resolve("key.pub")).strip();
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
