package io.coppice.testing.client;

import io.coppice.testing.cloud.CloudUnderTest;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * If this fails, the aws command line cannot read what some action answers, or is refused in words that it does not know. It has
 * a cloud of its own, since what it makes by the model stays there. A process for each of two hundred actions: minutes.
 */
@Tag("full")
class CommandLineWalkTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    static Stream<Path> commandLines() {
        return Toolbox.installed(Path.of("/usr/bin/aws"), "aws");
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void everyActionIsUnderstood(Path aws) {
        Toolbox.assumeProgram(aws, "apt-get install awscli");
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "1")) {
            var tools = new Toolbox(cloud.environment(), folder);
            tools.assumeModule(Toolbox.DEBIAN_PYTHON, "boto3");
            tools.tell(
                    Toolbox.DEBIAN_PYTHON,
                    "awscli.py",
                    aws.toString(),
                    ActionsPage.path().toString(),
                    "writes");
        }
    }
}
