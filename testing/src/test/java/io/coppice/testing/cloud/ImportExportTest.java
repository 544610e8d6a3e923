package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.ExportImageTask;
import software.amazon.awssdk.services.ec2.model.ImportImageTask;
import software.amazon.awssdk.services.s3.S3Client;

/** If this fails, a disk that goes into the cloud and out again is not what it was, or goes where its owner may not put it. */
@ExtendWith(ApiUnderTest.Resolver.class)
class ImportExportTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int DISK = 8 << 20;

    private final ApiUnderTest api;
    private final Ec2Client ec2;
    private final S3Client s3;
    private final String bucket = "disks-" + UUID.randomUUID();

    @TempDir
    private Path folder;

    private byte[] disk = {};

    ImportExportTest(ApiUnderTest api) {
        this.api = api;
        ec2 = api.ec2();
        s3 = api.s3();
    }

    @BeforeEach
    void makeDisk() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-img")), "qemu-img is not installed");
        disk = new byte[DISK];
        new Random(11).nextBytes(disk);
        Arrays.fill(disk, DISK / 3, DISK, (byte) 0);
        var raw = Files.write(folder.resolve("disk.raw"), disk);
        s3.createBucket(request -> request.bucket(bucket));
        var vmdk = folder.resolve("disk.vmdk");
        qemuImg("convert", "-O", "vmdk", "-o", "subformat=streamOptimized", raw.toString(), vmdk.toString());
        put("in/disk.vmdk", vmdk);
        put("in/disk.raw", raw);
    }

    @AfterEach
    void empty() {
        s3.listObjectsV2(request -> request.bucket(bucket))
                .contents()
                .forEach(object ->
                        s3.deleteObject(request -> request.bucket(bucket).key(object.key())));
        s3.deleteBucket(request -> request.bucket(bucket));
        s3.close();
        ec2.close();
    }

    @Test
    void aDiskBecomesASnapshotAndThenAVolume() {
        var id = ec2.importSnapshot(request -> request.description("mine")
                        .diskContainer(container -> container.format("VMDK").userBucket(from -> from.s3Bucket(bucket)
                                .s3Key("in/disk.vmdk"))))
                .importTaskId();
        var waited = ec2.waiter()
                .waitUntilSnapshotImported(request -> request.importTaskIds(id), waiter -> waiter.maxAttempts(300)
                        .waitTimeout(LIMIT)
                        .backoffStrategyV2(attempt -> Duration.ofMillis(500)));
        var done = waited.matched()
                .response()
                .orElseThrow()
                .importSnapshotTasks()
                .getFirst()
                .snapshotTaskDetail();
        var snapshot = ec2.describeSnapshots(request -> request.snapshotIds(done.snapshotId()))
                .snapshots()
                .getFirst();
        assertEquals(1, snapshot.volumeSize());
        assertEquals("completed", snapshot.stateAsString());
        var volume = ec2.createVolume(request -> request.snapshotId(done.snapshotId())
                .availabilityZone(ec2.describeAvailabilityZones()
                        .availabilityZones()
                        .getFirst()
                        .zoneName()));
        ec2.waiter().waitUntilVolumeAvailable(request -> request.volumeIds(volume.volumeId()));
        ec2.deleteVolume(request -> request.volumeId(volume.volumeId()));
        ec2.deleteSnapshot(request -> request.snapshotId(done.snapshotId()));
    }

    /** An archive as virtual machine managers export it: its first disk is the one of this test. */
    private Path archive() throws Exception {
        var small = Files.write(folder.resolve("small.raw"), new byte[1 << 20]);
        qemuImg(
                "convert",
                "-O",
                "vmdk",
                "-o",
                "subformat=streamOptimized",
                small.toString(),
                folder.resolve("small.vmdk").toString());
        Files.writeString(folder.resolve("vm.ovf"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
                  <References>
                    <File ovf:id="file1" ovf:href="small.vmdk"/>
                    <File ovf:id="file2" ovf:href="disk.vmdk"/>
                  </References>
                  <DiskSection>
                    <Info>Virtual disks</Info>
                    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file2" ovf:capacity="8388608"/>
                    <Disk ovf:diskId="vmdisk2" ovf:fileRef="file1" ovf:capacity="1048576"/>
                  </DiskSection>
                </Envelope>
                """);
        var command = List.of(
                "tar",
                "--format=ustar",
                "-C",
                folder.toString(),
                "-cf",
                folder.resolve("vm.ova").toString(),
                "vm.ovf",
                "small.vmdk",
                "disk.vmdk");
        Command.run(Duration.ofMinutes(1), Map.of(), command).orFail();
        return folder.resolve("vm.ova");
    }

    @Test
    void theImageOfAnArchiveIsExportedAsItWas() throws Exception {
        put("in/vm.ova", archive());
        var task = ec2.importImage(request -> request.diskContainers(
                        container -> container.format("OVA").url("s3://" + bucket + "/in/vm.ova")))
                .importTaskId();
        var imported = eventually(
                "the image is imported",
                LIMIT,
                () -> ec2.describeImportImageTasks(request -> request.importTaskIds(task))
                        .importImageTasks()
                        .getFirst(),
                ImportExportTest::isOver);
        assertEquals("completed", imported.status(), imported.statusMessage());
        assertEquals(2, imported.snapshotDetails().size());
        ec2.waiter().waitUntilImageAvailable(request -> request.imageIds(imported.imageId()));
        for (var format : List.of("RAW", "VMDK", "VHD")) {
            var key = "out/" + export(imported.imageId(), format) + "." + format.toLowerCase(java.util.Locale.ROOT);
            var file = folder.resolve("exported." + format);
            s3.getObject(request -> request.bucket(bucket).key(key), file);
            if (format.equals("RAW")) {
                // Volumes are whole GiB; what is beyond the disk is zeros.
                assertEquals(1L << 30, Files.size(file));
                try (var stream = Files.newInputStream(file)) {
                    assertArrayEquals(disk, stream.readNBytes(DISK));
                }
            }
            var driver = format.equals("VHD") ? "vpc" : format.toLowerCase(java.util.Locale.ROOT);
            qemuImg(
                    "compare",
                    "-f",
                    "raw",
                    "-F",
                    driver,
                    folder.resolve("disk.raw").toString(),
                    file.toString());
            Files.delete(file);
        }
        ec2.deregisterImage(request -> request.imageId(imported.imageId()).deleteAssociatedSnapshots(true));
        assertTrue(s3.listMultipartUploads(request -> request.bucket(bucket))
                .uploads()
                .isEmpty());
    }

    private String export(String image, String format) {
        var id = ec2.exportImage(request -> request.imageId(image)
                        .diskImageFormat(format)
                        .s3ExportLocation(to -> to.s3Bucket(bucket).s3Prefix("out/")))
                .exportImageTaskId();
        var over = eventually(
                "the image is exported",
                LIMIT,
                () -> ec2.describeExportImageTasks(request -> request.exportImageTaskIds(id))
                        .exportImageTasks()
                        .getFirst(),
                ImportExportTest::isOver);
        assertEquals("completed", over.status(), over.statusMessage());
        return id;
    }

    @Test
    void aDiskThatNamesAFileOfTheMachineFailsAndSaysWhy() throws Exception {
        var overlay = folder.resolve("overlay.qcow2");
        qemuImg("create", "-f", "qcow2", "-b", "/etc/hostname", "-F", "raw", overlay.toString());
        put("in/overlay.qcow2", overlay);
        var id = ec2.importSnapshot(request -> request.diskContainer(
                        container -> container.format("QCOW2").userBucket(from -> from.s3Bucket(bucket)
                                .s3Key("in/overlay.qcow2"))))
                .importTaskId();
        var detail = eventually(
                "the import fails",
                LIMIT,
                () -> ec2.describeImportSnapshotTasks(request -> request.importTaskIds(id))
                        .importSnapshotTasks()
                        .getFirst()
                        .snapshotTaskDetail(),
                each -> each.status().equals("error"));
        assertTrue(detail.statusMessage().contains("backing file"), detail.statusMessage());
    }

    @Test
    void nobodyReadsOrWritesWhatHeMayNot() {
        var mayOnlyImport = AccountUnderTest.make(
                        api, "disks-" + UUID.randomUUID().toString().substring(0, 8))
                .user("importer", """
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}""");
        var refused = mayOnlyImport.ask(
                "EC2",
                "ImportSnapshot",
                Map.of(
                        "DiskContainer.Format", "VMDK",
                        "DiskContainer.UserBucket.S3Bucket", bucket,
                        "DiskContainer.UserBucket.S3Key", "in/disk.vmdk"));
        assertTrue(refused.body().contains("InvalidParameter"), refused.body());
        var missing = assertThrows(
                Ec2Exception.class,
                () -> ec2.importSnapshot(request -> request.diskContainer(
                        container -> container.format("VMDK").userBucket(from -> from.s3Bucket(bucket)
                                .s3Key("in/none.vmdk")))));
        assertEquals("InvalidParameter", missing.awsErrorDetails().errorCode());
    }

    private static boolean isOver(ImportImageTask task) {
        return !task.status().equals("active") && !task.status().equals("deleting");
    }

    private static boolean isOver(ExportImageTask task) {
        return !task.status().equals("active") && !task.status().equals("deleting");
    }

    private void put(String key, Path file) {
        s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromFile(file));
    }

    private static void qemuImg(String... arguments) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> command + ": " + said);
    }
}
