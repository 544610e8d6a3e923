package io.coppice.ebs.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, an archive gives disks in another order than it says, or makes its reader read or write what is not in it. */
class OvaArchiveTest {
    private static final byte[] ONE = "the first disk".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TWO = new byte[1500];

    @TempDir
    private Path folder;

    @Test
    void disksAreCopiedOutInTheOrderOfTheDescriptorAndTheRestIsLeft() throws IOException {
        new Random(3).nextBytes(TWO);
        var archive = read(new OvaBuilder()
                .add("vm.ovf", OvaBuilder.descriptor("b.vmdk", "a.vmdk"))
                .add("a.vmdk", TWO)
                .add("vm.mf", "SHA256(x)= y")
                .add("../../etc/passwd", "never looked at")
                .add("b.vmdk", ONE)
                .bytes());
        assertEquals(2, archive.count());
        assertEquals(ONE.length, archive.size(0));
        var target = folder.resolve("disk");
        archive.extract(1, target);
        assertArrayEquals(TWO, Files.readAllBytes(target));
        archive.extract(0, target);
        assertArrayEquals(ONE, Files.readAllBytes(target));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "the archive and the disk");
        }
    }

    @Test
    void whatIsOddInATarIsRefused() {
        var descriptor = OvaBuilder.descriptor("a.vmdk");
        for (var type : new char[] {'1', '2', 'L', 'S', 'x', 'g', 'K', 'V'}) {
            refused(
                    "--format=ustar",
                    new OvaBuilder()
                            .add("a.vmdk", type, ONE)
                            .add("vm.ovf", descriptor)
                            .bytes());
        }
        refused(
                "two files",
                new OvaBuilder()
                        .add("vm.ovf", descriptor)
                        .add("a.vmdk", ONE)
                        .add("a.vmdk", TWO)
                        .bytes());
        refused(
                "cut off",
                new OvaBuilder()
                        .add("vm.ovf", descriptor)
                        .header("a.vmdk", '0', "00000777777")
                        .bytes());
        refused(
                "--format=ustar",
                new OvaBuilder()
                        .header("a.vmdk", '0', "\u0080\0\0\0\u00ff\0\0\0\0\0\0\0")
                        .bytes());
        refused(
                "cut off",
                new OvaBuilder()
                        .header("a.vmdk", '0', "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")
                        .bytes());
        refused("no OVA", new OvaBuilder().header("a.vmdk", '0', "-0000000001").bytes());
        refused("no OVA", new byte[0]);
        refused("no OVA", Arrays.copyOf("PK".getBytes(StandardCharsets.US_ASCII), 4096));
        var many = new OvaBuilder();
        for (int i = 0; i < 300; i++) {
            many.add("file" + i, "");
        }
        refused("more than 256 files", many.bytes());
    }

    @Test
    void aDescriptorThatCannotBeFollowedIsRefused() {
        refusedDescriptor("no file a.vmdk", OvaBuilder.descriptor("a.vmdk"));
        refusedDescriptor("0 disks", OvaBuilder.envelope(""));
        refusedDescriptor("no OVF envelope", "<Envelope/>");
        refusedDescriptor("no XML", "not XML");
        refusedDescriptor(
                "DOCTYPE",
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>"
                        + OvaBuilder.envelope("<ovf:Info>&e;</ovf:Info>"));
        refusedDescriptor(
                "has no file in it",
                OvaBuilder.envelope("<ovf:DiskSection><ovf:Disk ovf:diskId=\"empty\"/></ovf:DiskSection>"));
        refusedDescriptor(
                "in pieces", OvaBuilder.descriptor("a.vmdk").replace("ovf:href", "ovf:chunkSize=\"5\" ovf:href"));
        refusedDescriptor(
                "compressed", OvaBuilder.descriptor("a.vmdk").replace("ovf:href", "ovf:compression=\"gzip\" ovf:href"));
        refusedDescriptor(
                "22 disks",
                OvaBuilder.descriptor(
                        java.util.Collections.nCopies(22, "vm.ovf").toArray(String[]::new)));
        refusedDescriptor("larger than 1 MiB", " ".repeat(2 << 20));
        refused(
                "2 OVF descriptors",
                new OvaBuilder().add("a.ovf", "").add("b.ovf", "").bytes());
        refused("0 OVF descriptors", new OvaBuilder().add("a.vmdk", ONE).bytes());
    }

    private void refusedDescriptor(String why, String descriptor) {
        refused(why, new OvaBuilder().add("vm.ovf", descriptor).bytes());
    }

    private void refused(String why, byte[] archive) {
        var refusal = assertThrows(UnusableArchiveException.class, () -> read(archive), why);
        assertTrue(String.valueOf(refusal.getMessage()).contains(why), refusal.getMessage());
    }

    private OvaArchive read(byte[] archive) throws IOException {
        return OvaArchive.read(Files.write(folder.resolve("archive"), archive));
    }
}
