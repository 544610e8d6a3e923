package io.coppice.server.up;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.AwsClients;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.process.Waiting;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * The small image that every new cloud comes with: built on this machine from Debian packages, kept in the user's cache,
 * put into Walrus and registered for everyone. Its id is kept in the data folder.
 */
public final class SampleImage {
    /** The image's name among images. */
    public static final String NAME = "coppice-sample";

    private static final String BUCKET = "coppice-sample-image";
    private static final String KEY = "disk.qcow2";
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Duration AVAILABLE_LIMIT = Duration.ofMinutes(5);

    private final DataFolder folder;

    public SampleImage(DataFolder folder) {
        this.folder = folder;
    }

    /** The id of the registered image; empty when there is none yet. */
    public Optional<String> id() {
        try {
            return Optional.of(Files.readString(folder.sampleImageId()).strip()).filter(id -> id.startsWith("ami-"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The image file, built when the cache has none. */
    public Path build() {
        var home = UserCache.folder().resolve("sample-image");
        var result = HostCommand.run(
                BUILD_LIMIT,
                JavaCommand.home().resolve("deploy/sample-image/build.sh").toString(),
                home.toString());
        var disk = home.resolve("disk.qcow2");
        if (!result.succeeded() || !Files.isReadable(disk)) {
            throw new OperatorException(
                    "the sample image could not be built: " + result.lastLine(),
                    "Correct that and run up again, or run up --no-sample-image.");
        }
        return disk;
    }

    /** Uploads and registers the image, waits until it can be launched, notes and returns its id. */
    String register(Path disk, AwsClients clients, StatusClient operator) throws IOException {
        try (var s3 = clients.s3()) {
            try {
                s3.createBucket(request -> request.bucket(BUCKET));
            } catch (BucketAlreadyOwnedByYouException e) {
                // An earlier up came this far: go on from there.
                operator.status();
            }
            s3.putObject(request -> request.bucket(BUCKET).key(KEY), RequestBody.fromFile(disk));
            var answer = operator.post(
                    "/api/v1/system-images", Map.of("name", NAME, "bucket", BUCKET, "key", KEY, "public", true));
            var id = answer.path("imageId").asText(answer.path("id").asText());
            awaitAvailable(id, clients);
            Files.writeString(folder.sampleImageId(), id + "\n");
            return id;
        }
    }

    private static void awaitAvailable(String id, AwsClients clients) {
        try (var ec2 = clients.ec2()) {
            var state = new String[] {"pending"};
            Waiting.until(AVAILABLE_LIMIT, () -> {
                var images = ec2.describeImages(request -> request.imageIds(List.of(id)))
                        .images();
                state[0] = images.isEmpty() ? "missing" : images.getFirst().stateAsString();
                return !state[0].equals("pending");
            });
            if (!state[0].equals("available")) {
                throw new OperatorException(
                        "the sample image " + id + " is " + state[0], "Read cloud-controller.log and walrus.log.");
            }
        }
    }
}
