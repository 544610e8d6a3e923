package io.coppice.server.up;

import io.coppice.server.OperatorException;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.process.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What a training does with its cloud: what clouds do most, often enough that the runtime learns which methods are hot
 * and how they branch (JEP 515). Without it the first users of every start pay for that.
 */
public final class TrainingExercise {
    private static final String BUCKET = "training";
    private static final String KEY = "disk.raw";
    private static final int ROUNDS = 8;
    private static final int LAUNCHES = 25;
    private static final int LISTED = 100;
    private static final int LISTS = 20;
    private static final int OBJECTS = 500;
    private static final int OBJECT_LISTS = 20;
    private static final Duration STATE_LIMIT = Duration.ofSeconds(30);
    private static final int DISK_BYTES = 1024 * 1024;
    private static final int BOOT_SIGNATURE_AT = 510;

    private final Ec2Client ec2;
    private final S3Client s3;
    private final StatusClient operator;

    public TrainingExercise(Ec2Client ec2, S3Client s3, StatusClient operator) {
        this.ec2 = ec2;
        this.s3 = s3;
        this.operator = operator;
    }

    /** Does all of it; throws {@link OperatorException} when the cloud does not do its part. */
    public void run() throws IOException {
        objects();
        var image = image();
        for (int round = 0; round < ROUNDS; round++) {
            instances(image);
        }
        list(image);
    }

    private void objects() {
        s3.createBucket(request -> request.bucket(BUCKET));
        for (int i = 0; i < OBJECTS; i++) {
            var key = "object-" + i;
            s3.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromString(key));
            s3.headObject(request -> request.bucket(BUCKET).key(key));
            s3.getObjectAsBytes(request -> request.bucket(BUCKET).key(key));
        }
        for (int i = 0; i < OBJECT_LISTS; i++) {
            s3.listObjectsV2(request -> request.bucket(BUCKET));
        }
        s3.listBuckets();
        for (int i = 0; i < OBJECTS; i++) {
            var key = "object-" + i;
            s3.deleteObject(request -> request.bucket(BUCKET).key(key));
        }
    }

    /** A disk with a boot sector and nothing on it: simulated hosts start anything. */
    private String image() throws IOException {
        var disk = new byte[DISK_BYTES];
        disk[BOOT_SIGNATURE_AT] = 0x55;
        disk[BOOT_SIGNATURE_AT + 1] = (byte) 0xaa;
        s3.putObject(request -> request.bucket(BUCKET).key(KEY), RequestBody.fromBytes(disk));
        var id = operator.post(
                        "/api/v1/system-images", Map.of("name", BUCKET, "bucket", BUCKET, "key", KEY, "public", true))
                .path("imageId")
                .asText();
        await("the image is not available", () -> ec2.describeImages(request -> request.imageIds(id)).images().stream()
                .allMatch(image -> image.stateAsString().equals("available")));
        return id;
    }

    private void instances(String image) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < LAUNCHES; i++) {
            ids.add(ec2.runInstances(request -> request.imageId(image)
                            .instanceType(InstanceType.T1_MICRO)
                            .minCount(1)
                            .maxCount(1))
                    .instances()
                    .getFirst()
                    .instanceId());
            ec2.describeInstances(request -> request.instanceIds(ids.getLast()));
        }
        ec2.describeInstances();
        ec2.terminateInstances(request -> request.instanceIds(ids));
        await("the instances do not end", () -> ended(ids));
    }

    /** A list as long as those that monitoring and terraform read again and again. */
    private void list(String image) {
        var ids = ec2
                .runInstances(request -> request.imageId(image)
                        .instanceType(InstanceType.T1_MICRO)
                        .minCount(LISTED)
                        .maxCount(LISTED))
                .instances()
                .stream()
                .map(instance -> instance.instanceId())
                .toList();
        for (int i = 0; i < LISTS; i++) {
            ec2.describeInstances();
        }
        ec2.terminateInstances(request -> request.instanceIds(ids));
        await("the instances do not end", () -> ended(ids));
    }

    private boolean ended(List<String> ids) {
        return ec2.describeInstances(request -> request.instanceIds(ids)).reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .allMatch(instance -> instance.state().nameAsString().equals("terminated"));
    }

    private static void await(String otherwise, java.util.function.BooleanSupplier condition) {
        if (!Waiting.until(STATE_LIMIT, condition)) {
            throw new OperatorException(otherwise, "Read the logs of the training: training.out in the logs folder.");
        }
    }
}
