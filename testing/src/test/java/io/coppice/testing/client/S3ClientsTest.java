package io.coppice.testing.client;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.testing.cloud.CloudUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this fails, a tool that keeps its files in S3 loses, mangles or cannot store them here: a backup that cannot be restored,
 * a folder that differs after it was synchronised, an upload whose signature or checksum is not understood.
 *
 * <p>One small cloud serves all tools. Each makes a bucket of its own name and removes it.
 */
class S3ClientsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @SuppressWarnings("NullAway.Init")
    private static Toolbox tools;

    @BeforeAll
    static void raise() {
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "1");
        tools = new Toolbox(cloud.environment(), folder);
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    void s3cmdSynchronisesAndShares() {
        tell("s3cmd_story.py", program("s3cmd"));
    }

    @Test
    void rcloneCopiesSynchronisesAndChecks() {
        tell("rclone_story.py", program("rclone"));
    }

    @Test
    void resticBacksUpChecksAndRestores() {
        tell("restic_story.py", program("restic"));
    }

    @Test
    void s3fsMountsABucket() {
        var s3fs = program("s3fs");
        assumeTrue(Files.exists(Path.of("/dev/fuse")), "this machine has no /dev/fuse");
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount here");
        tell("s3fs_story.py", s3fs, program("aws"));
    }

    @Test
    void theJavaSdkMovesObjectsInEveryWireMode() throws Exception {
        new S3JavaSdk(tools).tell();
    }

    @Test
    void theNativeClientOfTheJavaSdkMovesPartsAtOnce() throws Exception {
        new S3JavaSdk(tools).tellByNativeClient();
    }

    @Test
    void theMinioSdkStoresComposesAndShares() throws Exception {
        new S3Minio(tools).tell();
    }

    @Test
    void hadoopRenamesSeeksAndCommits() throws Exception {
        new S3Hadoop(tools).tell();
    }

    private static String program(String name) {
        var program = Toolbox.find(name);
        assumeTrue(program.isPresent(), name + " is missing: apt-get install " + name);
        return program.get().toString();
    }

    private static void tell(String script, String... arguments) {
        Toolbox.assumeProgram(Toolbox.DEBIAN_PYTHON, "apt-get install python3");
        tools.tell(Toolbox.DEBIAN_PYTHON, script, arguments);
    }
}
