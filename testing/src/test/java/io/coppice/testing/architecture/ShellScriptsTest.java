package io.coppice.testing.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** If this fails, a script has a fault that shellcheck knows: an unquoted name, a lost error, a word that means another one. */
class ShellScriptsTest {
    private static final Path SHELLCHECK = Path.of("/usr/bin/shellcheck");
    private static final int LIMIT_SECONDS = 120;

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(Files.isExecutable(SHELLCHECK), "shellcheck is missing: apt-get install shellcheck");
        var scripts = bashScripts();
        assertTrue(scripts.size() >= 5, "only these scripts were found: " + scripts);
        // SC2054 takes the commas in options of QEMU and Java for mistakes.
        var command = new ArrayList<>(
                List.of(SHELLCHECK.toString(), "--external-sources", "--source-path=SCRIPTDIR", "--exclude=SC2054"));
        scripts.forEach(script -> command.add(script.toString()));
        var process = new ProcessBuilder(command)
                .directory(SourceTree.root().toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "shellcheck does not end");
        assertEquals(0, process.exitValue(), said);
    }

    /** Our own scripts: the Maven wrapper is Maven's. */
    private static List<Path> bashScripts() throws IOException {
        var root = SourceTree.root();
        var scripts = new ArrayList<Path>();
        for (var top : List.of("deploy", ".ci", "coppice")) {
            if (!Files.exists(root.resolve(top))) {
                continue;
            }
            try (var files = Files.walk(root.resolve(top))) {
                files.filter(Files::isRegularFile)
                        .filter(ShellScriptsTest::isBash)
                        .sorted()
                        .forEach(scripts::add);
            }
        }
        return scripts;
    }

    private static boolean isBash(Path file) {
        if (file.toString().endsWith(".sh")) {
            return true;
        }
        try (var reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            var first = reader.readLine();
            return first != null && first.startsWith("#!") && first.endsWith("bash");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
