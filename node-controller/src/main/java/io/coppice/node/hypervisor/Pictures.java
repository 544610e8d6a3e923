package io.coppice.node.hypervisor;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;

/** Makes JPEG pictures of what hypervisors give. Pure; draws no text, so that a host needs no fonts. */
public final class Pictures {
    private static final int MAX_SIDE = 8192;
    private static final int MAX_LEVEL = 255;
    private static final int BYTES_PER_PIXEL = 3;

    static {
        // Pictures of a few megabytes need no files to be cached in.
        ImageIO.setUseCache(false);
    }

    private Pictures() {}

    /** The picture of a portable pixmap of kind P6, or of anything that the JDK reads. Throws when it is neither. */
    static BufferedImage read(byte[] bytes) throws IOException {
        if (bytes.length > 2 && bytes[0] == 'P' && bytes[1] == '6') {
            return pixmap(bytes);
        }
        var picture = ImageIO.read(new ByteArrayInputStream(bytes));
        if (picture == null) {
            throw new IOException("a picture of an unknown kind, " + bytes.length + " bytes");
        }
        return picture;
    }

    /** The bytes of a JPEG file. */
    public static byte[] jpeg(BufferedImage picture) throws IOException {
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(picture, "jpg", bytes)) {
            throw new IOException("this Java cannot write JPEG pictures");
        }
        return bytes.toByteArray();
    }

    /** Source: https://netpbm.sourceforge.net/doc/ppm.html. */
    private static BufferedImage pixmap(byte[] bytes) throws IOException {
        var header = new Header(bytes);
        var width = header.number();
        var height = header.number();
        var level = header.number();
        var start = header.position + 1;
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE || level != MAX_LEVEL) {
            throw new IOException("a pixmap of " + width + " by " + height + " with " + level + " levels");
        }
        if (bytes.length - start < width * height * BYTES_PER_PIXEL) {
            throw new IOException("a pixmap that ends too early");
        }
        var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                var at = start + (y * width + x) * BYTES_PER_PIXEL;
                picture.setRGB(x, y, (bytes[at] & 255) << 16 | (bytes[at + 1] & 255) << 8 | bytes[at + 2] & 255);
            }
        }
        return picture;
    }

    /** Reads numbers apart by white space and comments. */
    private static final class Header {
        private final byte[] bytes;
        private int position = 2;

        Header(byte[] bytes) {
            this.bytes = bytes;
        }

        int number() throws IOException {
            while (position < bytes.length && !Character.isDigit(bytes[position])) {
                if (bytes[position] == '#') {
                    while (position < bytes.length && bytes[position] != '\n') {
                        position++;
                    }
                }
                position++;
            }
            var start = position;
            while (position < bytes.length && Character.isDigit(bytes[position])) {
                position++;
            }
            try {
                return Integer.parseInt(new String(bytes, start, position - start, StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw new IOException("a pixmap without its measures", e);
            }
        }
    }
}
