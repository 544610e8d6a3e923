package io.coppice.server.demo;

import io.coppice.server.cli.Steps;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** From a file on the user's disk to an image that can be launched: a bucket, a multipart upload, a registration. */
final class ImageStory {
    /** S3's smallest part, but for the last (Amazon S3 multipart upload limits). */
    private static final int PART_BYTES = 5 * 1024 * 1024;

    private static final String KEY = "disk.qcow2";
    private static final Duration AVAILABLE_LIMIT = Duration.ofMinutes(3);

    private final Steps steps;
    private final S3Client s3;
    private final Ec2Client ec2;
    private final String name;
    private final Deque<Runnable> cleanUps;

    ImageStory(Steps steps, S3Client s3, Ec2Client ec2, String name, Deque<Runnable> cleanUps) {
        this.steps = steps;
        this.s3 = s3;
        this.ec2 = ec2;
        this.name = name;
        this.cleanUps = cleanUps;
    }

    /** Returns the id of the image once it is available. */
    String run(Path file) throws Exception {
        steps.run("make a bucket", () -> s3.createBucket(request -> request.bucket(name)));
        cleanUps.push(() -> s3.deleteBucket(request -> request.bucket(name)));
        var parts = steps.run("upload the image in parts", () -> upload(file));
        cleanUps.push(() -> s3.deleteObject(request -> request.bucket(name).key(KEY)));
        steps.run("check what arrived", () -> {
            var head = s3.headObject(request -> request.bucket(name).key(KEY));
            Expect.that(
                    head.contentLength() == file.toFile().length(),
                    "the object has " + head.contentLength() + " bytes");
            Expect.that(head.eTag().contains("-" + parts), "the ETag is not a multipart one: " + head.eTag());
            return true;
        });
        var id = steps.run("register it as an image", () -> ec2.registerImage(request -> request.name(name)
                        .imageLocation(name + "/" + KEY)
                        .architecture("x86_64")
                        .virtualizationType("hvm")
                        .rootDeviceName("/dev/vda"))
                .imageId());
        cleanUps.push(() -> ec2.deregisterImage(request -> request.imageId(id)));
        steps.run("image available", () -> {
            Expect.eventually("image " + id, AVAILABLE_LIMIT, "available", () -> ec2.describeImages(
                            request -> request.imageIds(id))
                    .images()
                    .getFirst()
                    .stateAsString());
            return true;
        });
        return id;
    }

    private int upload(Path file) throws IOException {
        var uploadId = s3.createMultipartUpload(request -> request.bucket(name).key(KEY))
                .uploadId();
        var parts = new ArrayList<CompletedPart>();
        try (var source = new RandomAccessFile(file.toFile(), "r")) {
            var length = source.length();
            for (long offset = 0; offset < length; offset += PART_BYTES) {
                var bytes = new byte[(int) Math.min(PART_BYTES, length - offset)];
                source.readFully(bytes);
                var number = parts.size() + 1;
                var etag = s3.uploadPart(
                                request -> request.bucket(name)
                                        .key(KEY)
                                        .uploadId(uploadId)
                                        .partNumber(number),
                                RequestBody.fromBytes(bytes))
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
            }
        } catch (IOException | RuntimeException e) {
            s3.abortMultipartUpload(request -> request.bucket(name).key(KEY).uploadId(uploadId));
            throw e;
        }
        s3.completeMultipartUpload(request ->
                request.bucket(name).key(KEY).uploadId(uploadId).multipartUpload(upload -> upload.parts(parts)));
        return parts.size();
    }
}
