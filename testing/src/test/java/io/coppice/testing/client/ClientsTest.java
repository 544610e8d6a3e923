package io.coppice.testing.client;

import io.coppice.testing.cloud.CloudUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * If this fails, a tool that works with AWS does not work with this cloud: an answer lacks what it reads, an error is not the
 * one that it waits for, or what it made it does not find again.
 *
 * <p>One cloud serves all tools. Each makes things of its own names and removes them.
 */
class ClientsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static Toolbox tools;

    @BeforeAll
    static void raise() {
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "2");
        tools = new Toolbox(cloud.environment(), folder);
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    /** Debian's Python, and another one before it on the PATH that has a boto3 of its own. */
    static Stream<Path> pythons() {
        return Toolbox.installed(Toolbox.DEBIAN_PYTHON, "python3");
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void boto3WalksEveryAction(Path python) {
        tools.assumeModule(python, "boto3");
        tools.tell(python, "walk.py", ActionsPage.path().toString());
    }

    /** Debian's aws, and another one before it on the PATH. */
    static Stream<Path> commandLines() {
        return Toolbox.installed(Path.of("/usr/bin/aws"), "aws");
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void theCommandLineServesAUsersDay(Path aws) {
        Toolbox.assumeProgram(aws, "apt-get install awscli");
        tools.tell(Toolbox.DEBIAN_PYTHON, "awscli.py", aws.toString());
    }

    /** A process for each of a hundred reads: half a minute of two processors. */
    @ParameterizedTest
    @MethodSource("commandLines")
    @Tag("full")
    void theCommandLineReadsEverything(Path aws) {
        Toolbox.assumeProgram(aws, "apt-get install awscli");
        tools.tell(
                Toolbox.DEBIAN_PYTHON,
                "awscli.py",
                aws.toString(),
                ActionsPage.path().toString());
    }

    @Test
    void libcloudRunsNodesAndKeepsObjects() {
        tools.assumeModule(Toolbox.DEBIAN_PYTHON, "libcloud");
        tools.tell(Toolbox.DEBIAN_PYTHON, "libcloud_story.py");
    }

    @Test
    void theOldBotoStillWorks() {
        tools.assumeModule(Toolbox.DEBIAN_PYTHON, "boto");
        tools.tell(Toolbox.DEBIAN_PYTHON, "boto2_story.py");
    }

    @Test
    void theJavaScriptSdkTellsItsStory() {
        JavaScriptSdk.tell(tools);
    }

    @Test
    void theJavaSdkReadsAndPagesAndWaits() {
        try (var sdk = new JavaSdk(tools)) {
            sdk.readEverything();
            sdk.pageEverything();
            sdk.waitForWhatIsNotThere();
        }
    }

    @Test
    void theJavaSdksWaitersSeeEveryState() {
        try (var sdk = new JavaSdk(tools)) {
            new JavaSdkWaiters(sdk, cloud.sampleImageId()).seeEveryState();
        }
    }

    @Test
    void jcloudsReadsImagesAndKeepsKeys() throws IOException {
        new Jclouds(tools, cloud.sampleImageId()).tell();
    }

    /** Those that wait for their own next look most of the time. What each makes is its own, and within the account's quotas together. */
    @Nested
    class SideBySide {
        @Test
        @Execution(ExecutionMode.CONCURRENT)
        void ansibleChangesNothingTheSecondTime() {
            new Ansible(tools).tell();
        }

        @Test
        @Execution(ExecutionMode.CONCURRENT)
        void terraformAppliesPlansUpdatesImportsAndDestroys() {
            new Terraform(tools).tell();
        }
    }
}
