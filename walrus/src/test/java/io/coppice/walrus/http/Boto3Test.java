package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.walrus.WalrusFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, Python programs and the AWS command line would not work with Walrus unchanged. */
class Boto3Test {
    private static final int LIMIT_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void boto3StoresReadsListsAndIsRefusedRightly() throws Exception {
        var python = List.of("python3", "/usr/bin/python3").stream()
                .filter(Boto3Test::hasBoto3)
                .toList();
        Assumptions.assumeFalse(python.isEmpty(), "no python3 here can import boto3: apt install python3-boto3");
        try (var walrus = new WalrusFixture(folder);
                var resource = Optional.ofNullable(getClass().getResourceAsStream("/boto3_story.py"))
                        .orElseThrow()) {
            var script = folder.resolve("story.py");
            Files.write(script, resource.readAllBytes());
            for (var each : python) {
                var output = folder.resolve("output");
                var builder = new ProcessBuilder(
                                each, script.toString(), walrus.endpoint().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
                builder.environment().put("AWS_ACCESS_KEY_ID", WalrusFixture.ALICE);
                builder.environment().put("AWS_SECRET_ACCESS_KEY", WalrusFixture.SECRET);
                var process = builder.start();
                var ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
                process.destroyForcibly();
                var text = Files.readString(output, StandardCharsets.UTF_8);
                assertEquals("true 0", ended + " " + (ended ? process.exitValue() : -1), each + ":\n" + text);
            }
        }
    }

    private static boolean hasBoto3(String python) {
        try {
            var process = new ProcessBuilder(python, "-c", "import boto3")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
