package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.testing.architecture.SourceTree;
import io.coppice.testing.cloud.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * If this fails, Walrus answers otherwise than S3 does where it did not before, by the measure of Ceph's suite of tests. The suite
 * is no part of this repository: where a checkout of it is named by the variable {@code S3_TESTS}, or lies in the ignored folder
 * {@code .work/s3-tests}, it is run.
 */
class S3ConformanceTest {
    private static final Path HERE = SourceTree.root().resolve("testing/s3-tests");
    private static final Duration LIMIT = Duration.ofMinutes(40);
    private static final Pattern FAILED = Pattern.compile("^failed: ([^:]+):", Pattern.MULTILINE);
    private static final Pattern ALL =
            Pattern.compile("^\\| all +\\| +(\\d+) \\| +(\\d+) \\| +(\\d+) \\|", Pattern.MULTILINE);
    /** At least: some are chosen by the beginning of a name that others share. */
    private static final int QUICK_TESTS = 10;

    @Test
    void tenSubjectsAnswerAsInS3() {
        var output = run("--quick");
        assertEquals(List.of(), failed(output).toList(), output);
        assertTrue(passed(output) >= QUICK_TESTS, output);
    }

    @Test
    @Tag("full")
    void onlyWhatIsKnownToDifferFails() throws IOException {
        var output = run();
        var unexpected = new TreeSet<>(failed(output).toList());
        unexpected.removeAll(knownFailures());
        assertEquals(new TreeSet<>(), unexpected, output);
        assertTrue(passed(output) > QUICK_TESTS, output);
    }

    private static String run(String... options) {
        var suite = suite();
        assumeTrue(
                Files.isDirectory(suite.resolve("s3tests/functional")),
                "no checkout of ceph/s3-tests: name one by S3_TESTS, or put it into " + suite);
        var command = new ArrayList<>(List.of(HERE.resolve("run").toString(), "--suite", suite.toString()));
        // One test wants an account without buckets.
        command.addAll(List.of("--workers", "1"));
        command.addAll(List.of(options));
        var result = Command.run(LIMIT, Map.of(), command);
        assumeFalse(result.output().contains("lacks a module"), result.output());
        return result.orFail().output();
    }

    private static Path suite() {
        var named = System.getenv("S3_TESTS");
        return named == null || named.isEmpty() ? SourceTree.root().resolve(".work/s3-tests") : Path.of(named);
    }

    private static Stream<String> failed(String output) {
        return FAILED.matcher(output).results().map(match -> match.group(1));
    }

    private static int passed(String output) {
        return ALL.matcher(output)
                .results()
                .findFirst()
                .map(row -> Integer.parseInt(row.group(1)))
                .orElse(0);
    }

    private static Set<String> knownFailures() throws IOException {
        return Files.readAllLines(HERE.resolve("known-failures.txt")).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split(" ", 2)[0])
                .collect(Collectors.toUnmodifiableSet());
    }
}
