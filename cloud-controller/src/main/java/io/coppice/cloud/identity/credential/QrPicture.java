package io.coppice.cloud.identity.credential;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A QR code (ISO/IEC 18004) as a PNG picture (RFC 2083): one bit per pixel, grey. */
final class QrPicture {
    private static final int PIXELS = 240;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int HEADER_BYTES = 13;

    private QrPicture() {}

    /** The picture that an authenticator app reads this text from. */
    static byte[] of(String text) {
        try {
            var matrix = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, PIXELS, PIXELS);
            var picture = new ByteArrayOutputStream();
            picture.writeBytes(SIGNATURE);
            chunk(picture, "IHDR", header(matrix.getWidth(), matrix.getHeight()));
            chunk(picture, "IDAT", compressed(rows(matrix)));
            chunk(picture, "IEND", new byte[0]);
            return picture.toByteArray();
        } catch (WriterException e) {
            throw new IllegalArgumentException("the text does not fit into a QR code", e);
        }
    }

    private static byte[] header(int width, int height) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putInt(width)
                .putInt(height)
                .put((byte) 1)
                .array();
    }

    /** Each row is a filter byte, then its pixels from the highest bit on; a set bit is white. */
    private static byte[] rows(BitMatrix matrix) {
        var rowBytes = 1 + (matrix.getWidth() + Byte.SIZE - 1) / Byte.SIZE;
        var rows = new byte[rowBytes * matrix.getHeight()];
        for (var y = 0; y < matrix.getHeight(); y++) {
            for (var x = 0; x < matrix.getWidth(); x++) {
                if (!matrix.get(x, y)) {
                    rows[y * rowBytes + 1 + x / Byte.SIZE] |= (byte) (0x80 >> x % Byte.SIZE);
                }
            }
        }
        return rows;
    }

    private static byte[] compressed(byte[] rows) {
        try (var deflater = new Deflater()) {
            deflater.setInput(rows);
            deflater.finish();
            var out = new ByteArrayOutputStream();
            var buffer = new byte[1024];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    private static void chunk(ByteArrayOutputStream picture, String type, byte[] data) {
        var body = ByteBuffer.allocate(Integer.BYTES + data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .array();
        var check = new CRC32();
        check.update(body);
        picture.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES + body.length)
                .putInt(data.length)
                .put(body)
                .putInt((int) check.getValue())
                .array());
    }
}
