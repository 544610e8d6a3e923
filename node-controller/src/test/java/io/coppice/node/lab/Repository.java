package io.coppice.node.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The source tree that tests run in, and its scripts. */
final class Repository {
    private Repository() {}

    /** The folder with the Maven wrapper. */
    static Path root() throws IOException {
        var folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IOException("tests run inside the repository");
        }
        return folder;
    }

    /** Runs a script of the tree to its end; its standard output. Output goes to a file, as daemons may keep it open. */
    static String run(Path output, long limitSeconds, String script, String... arguments)
            throws IOException, InterruptedException {
        return run(output, limitSeconds, List.of(), script, arguments);
    }

    /** As the other one, by a program that begins with {@code before} and goes on with the script. */
    static String run(Path output, long limitSeconds, List<String> before, String script, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(before);
        command.addAll(List.of("bash", root().resolve(script).toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(script + " did not end within " + limitSeconds + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException(script + " ended with " + process.exitValue());
        }
        return Files.readString(output).strip();
    }
}
