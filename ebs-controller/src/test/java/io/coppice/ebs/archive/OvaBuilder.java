package io.coppice.ebs.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes archives as a test says, well formed or not. Not thread-safe. */
public final class OvaBuilder {
    private static final int BLOCK = 512;
    private static final String NAMESPACE = "http://schemas.dmtf.org/ovf/envelope/1";

    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

    /** A descriptor with these disks, in this order, whose files are named. */
    public static String descriptor(String... files) {
        var references = new StringBuilder();
        var disks = new StringBuilder();
        for (int i = 0; i < files.length; i++) {
            references.append("<ovf:File ovf:id=\"file%d\" ovf:href=\"%s\"/>".formatted(i, files[i]));
            disks.append("<ovf:Disk ovf:diskId=\"disk%d\" ovf:fileRef=\"file%d\" ovf:capacity=\"1\"/>".formatted(i, i));
        }
        return envelope("<ovf:References>" + references + "</ovf:References><ovf:DiskSection><ovf:Info/>" + disks
                + "</ovf:DiskSection>");
    }

    static String envelope(String content) {
        return "<?xml version=\"1.0\"?><ovf:Envelope xmlns:ovf=\"" + NAMESPACE + "\">" + content + "</ovf:Envelope>";
    }

    /** Adds a file. */
    public OvaBuilder add(String name, byte[] content) {
        return add(name, '0', content);
    }

    public OvaBuilder add(String name, String content) {
        return add(name, content.getBytes(StandardCharsets.UTF_8));
    }

    OvaBuilder add(String name, char type, byte[] content) {
        header(name, type, "%011o".formatted(content.length));
        tar.writeBytes(content);
        tar.writeBytes(new byte[(int) (Math.ceilDiv(content.length, (long) BLOCK) * BLOCK - content.length)]);
        return this;
    }

    /** Adds a header with this size and nothing behind it. */
    OvaBuilder header(String name, char type, String size) {
        var header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 124, size);
        header[156] = (byte) type;
        put(header, 257, "ustar");
        put(header, 263, "00");
        put(header, 148, "        ");
        int sum = 0;
        for (var each : header) {
            sum += Byte.toUnsignedInt(each);
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        tar.writeBytes(header);
        return this;
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    /** The archive with its end. */
    public byte[] bytes() {
        var all = tar.toByteArray();
        return Arrays.copyOf(all, all.length + 2 * BLOCK);
    }
}
