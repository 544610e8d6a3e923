package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.commit.magic.MagicS3GuardCommitter;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Hadoop's S3A, by which Spark, Hive and Flink keep their tables in S3: what its contract asks of a file system, and the
 * committer that makes the output of a job appear as a whole by completing uploads that its tasks had begun.
 */
final class S3Hadoop {
    private static final int MIB = 1024 * 1024;
    private static final int PART_BYTES = 5 * MIB;
    private static final int BIG_BYTES = 2 * PART_BYTES + 12_345;
    private static final int COPIED_IN_PARTS_BYTES = 8 * MIB;

    private final Toolbox tools;
    private final String bucket = Toolbox.uniqueName();

    S3Hadoop(Toolbox tools) {
        this.tools = tools;
    }

    void tell() throws IOException {
        try (var s3 = client()) {
            s3.createBucket(request -> request.bucket(bucket));
            try (var files = FileSystem.newInstance(URI.create("s3a://" + bucket), configuration())) {
                createsOnce(files);
                seeks(files);
                renamesFolders(files);
                commits(files);
                assertTrue(files.delete(new Path("/all"), true), "the folder was not there");
                assertThrows(FileNotFoundException.class, () -> files.getFileStatus(new Path("/all")));
            }
            var left = s3.listObjectsV2(request -> request.bucket(bucket)).contents();
            assertEquals(0, left.size(), left::toString);
            s3.deleteBucket(request -> request.bucket(bucket));
        }
    }

    private static void createsOnce(FileSystem files) throws IOException {
        var path = new Path("/all/a/small");
        write(files, path, "first".getBytes(StandardCharsets.UTF_8));
        assertThrows(FileAlreadyExistsException.class, () -> files.create(path, false));
        assertEquals(5, files.getFileStatus(path).getLen());
        assertTrue(files.getFileStatus(path.getParent()).isDirectory(), "a prefix is a folder");
        assertThrows(FileNotFoundException.class, () -> files.listStatus(new Path("/all/nothing")));
    }

    /** Uploaded in parts, read in ranges from here and there. */
    private static void seeks(FileSystem files) throws IOException {
        var content = new byte[BIG_BYTES];
        new Random(4).nextBytes(content);
        var path = new Path("/all/a/big");
        write(files, path, content);
        try (var stream = files.open(path)) {
            for (var position : new int[] {BIG_BYTES - 100, 0, PART_BYTES - 50, 1}) {
                var read = new byte[100];
                stream.readFully(position, read);
                assertArrayEquals(Arrays.copyOfRange(content, position, position + read.length), read);
            }
        }
        assertArrayEquals(content, read(files, path));
    }

    /** Copies each object, the large one in parts, then deletes them by one request. */
    private static void renamesFolders(FileSystem files) throws IOException {
        assertTrue(files.mkdirs(new Path("/all/a/empty")), "a folder was not made");
        assertTrue(files.rename(new Path("/all/a"), new Path("/all/b")), "a folder was not renamed");
        assertFalse(files.exists(new Path("/all/a")), "it is still under its old name");
        var names = new TreeSet<String>();
        for (var each : files.listStatus(new Path("/all/b"))) {
            names.add(each.getPath().getName());
        }
        assertEquals(new TreeSet<>(Arrays.asList("big", "empty", "small")), names);
        assertEquals(BIG_BYTES, files.getFileStatus(new Path("/all/b/big")).getLen());
    }

    /** What a task wrote is not seen before its job is committed, and then at once. */
    private static void commits(FileSystem files) throws IOException {
        var output = files.makeQualified(new Path("/all/output"));
        var configuration = new Configuration(files.getConf());
        configuration.set(FileOutputFormat.OUTDIR, output.toString());
        var task = new TaskAttemptContextImpl(configuration, new TaskAttemptID("job", 1, TaskType.REDUCE, 0, 0));
        var committer = new MagicS3GuardCommitter(output, task);
        committer.setupJob(task);
        committer.setupTask(task);
        var content = new byte[PART_BYTES + 1];
        new Random(5).nextBytes(content);
        write(files, new Path(committer.getWorkPath(), "part-0000"), content);
        var result = new Path(output, "part-0000");
        assertFalse(files.exists(result), "it is seen before it is committed");
        assertTrue(committer.needsTaskCommit(task), "nothing was written");
        committer.commitTask(task);
        assertFalse(files.exists(result), "it is seen before its job is committed");
        committer.commitJob(task);
        assertArrayEquals(content, read(files, result));
        var success = new String(read(files, new Path(output, "_SUCCESS")), StandardCharsets.UTF_8);
        assertTrue(success.contains("part-0000"), success);
        assertEquals(
                new TreeSet<>(Arrays.asList("_SUCCESS", "part-0000")),
                new TreeSet<>(Arrays.stream(files.listStatus(output))
                        .map(FileStatus::getPath)
                        .map(Path::getName)
                        .toList()));
    }

    private static void write(FileSystem files, Path path, byte[] content) throws IOException {
        try (var stream = files.create(path, true)) {
            stream.write(content);
        }
    }

    private static byte[] read(FileSystem files, Path path) throws IOException {
        try (var stream = files.open(path)) {
            return stream.readAllBytes();
        }
    }

    private Configuration configuration() {
        var configuration = new Configuration();
        configuration.set("fs.s3a.endpoint", tools.value("AWS_ENDPOINT_URL"));
        configuration.set("fs.s3a.endpoint.region", tools.value("AWS_REGION"));
        configuration.setBoolean("fs.s3a.path.style.access", true);
        configuration.set("fs.s3a.access.key", tools.value("AWS_ACCESS_KEY_ID"));
        configuration.set("fs.s3a.secret.key", tools.value("AWS_SECRET_ACCESS_KEY"));
        configuration.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        configuration.setInt("fs.s3a.multipart.size", PART_BYTES);
        configuration.setInt("fs.s3a.multipart.threshold", COPIED_IN_PARTS_BYTES);
        // Nothing is written beside the test.
        configuration.set("fs.s3a.fast.upload.buffer", "bytebuffer");
        configuration.set("fs.s3a.committer.name", "magic");
        return configuration;
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(tools.value("AWS_ENDPOINT_URL")))
                .region(Region.of(tools.value("AWS_REGION")))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        tools.value("AWS_ACCESS_KEY_ID"), tools.value("AWS_SECRET_ACCESS_KEY"))))
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }
}
