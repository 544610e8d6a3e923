package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The AWS SDK for JavaScript v3, as npm's ordinary client installs it from the committed lock file. */
final class JavaScriptSdk {
    /** npm's codes for a registry that cannot be reached. */
    private static final Pattern NO_REGISTRY = Pattern.compile(
            "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|E403|E503|ENOTCACHED");

    private JavaScriptSdk() {}

    /** Installs it into a folder of the test and tells the story; skips with the reason where that cannot be. */
    static void tell(Toolbox tools) {
        var node = Toolbox.find("node");
        var npm = Toolbox.find("npm");
        assumeTrue(node.isPresent() && npm.isPresent(), "node or npm is missing: apt-get install nodejs npm");
        var folder = tools.copyOf("javascript");
        install(tools, npm.orElseThrow(), folder);
        tools.ended(tools.run(
                Map.of(),
                folder,
                List.of(
                        node.orElseThrow().toString(),
                        "story.mjs",
                        ActionsPage.path().toString())));
    }

    private static void install(Toolbox tools, Path npm, Path folder) {
        var installed = tools.run(
                Map.of(),
                folder,
                List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"));
        assumeTrue(
                installed.status() == 0
                        || !NO_REGISTRY.matcher(installed.output()).find(),
                () -> "npm reaches no registry: " + installed.output());
        assertEquals(0, installed.status(), installed::output);
    }
}
