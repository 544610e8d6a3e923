package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.testing.architecture.SourceTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A user's whole story told by boto3, in Python, as users write it: see {@code story.py}. */
final class Story {
    static final boolean SIMULATED = true;
    static final boolean REAL = false;

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String PYTHON = "/usr/bin/python3";

    private Story() {}

    /** Tells it against the cloud; skips with the reason where boto3 is missing. */
    static void tell(CloudUnderTest cloud, boolean simulated) {
        requireBoto();
        var environment = new HashMap<>(cloud.environment());
        environment.put("SAMPLE_IMAGE", cloud.sampleImageId());
        var script = SourceTree.root().resolve("testing/src/test/resources/io/coppice/testing/cloud/story.py");
        var line =
                new ArrayList<>(List.of(PYTHON, script.toString(), disk(cloud).toString()));
        if (simulated) {
            line.add("--simulated");
        }
        var told = Command.run(LIMIT, environment, line).orFail();
        assertTrue(told.output().contains("the end"), told.output());
    }

    /**
     * Tells the story of a network of one's own, with real guests.
     *
     * @param outside an address that the cloud's public network has a way to
     */
    static void ofNetwork(CloudUnderTest cloud, String outside) {
        requireBoto();
        var script = SourceTree.root().resolve("testing/clients/python/vpc_story.py");
        var told = Command.run(LIMIT, cloud.environment(), List.of(PYTHON, script.toString(), outside))
                .orFail();
        assertTrue(told.output().contains("the end"), told.output());
    }

    /**
     * Tells the story of guests on several hosts, or goes on with it: see {@code hosts_story.py}.
     *
     * @param folder what is kept between its parts
     */
    static void ofHosts(CloudUnderTest cloud, Path folder, List<String> part) {
        var script = SourceTree.root().resolve("testing/clients/python/hosts_story.py");
        var line = new ArrayList<>(List.of(PYTHON, script.toString(), folder.toString()));
        line.addAll(part);
        var told = Command.run(LIMIT, cloud.environment(), line).orFail();
        assertTrue(told.output().contains("the end"), told.output());
    }

    /** Skips the test, with the reason, where boto3 is missing. */
    static void requireBoto() {
        var boto = Command.run(LIMIT, Map.of(), List.of(PYTHON, "-c", "import boto3; print(boto3.__version__)"));
        assumeTrue(boto.status() == 0, "boto3 is missing: apt-get install python3-boto3");
    }

    /** A small disk image to upload: the sample image where it was built for this cloud or user. */
    private static Path disk(CloudUnderTest cloud) {
        var image = cloud.data().resolveSibling("story-image");
        var script = SourceTree.root().resolve("deploy/sample-image/build.sh");
        Command.run(LIMIT, Map.of(), List.of(script.toString(), image.toString()))
                .orFail();
        return image.resolve("disk.qcow2");
    }
}
