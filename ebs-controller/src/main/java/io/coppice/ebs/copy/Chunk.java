package io.coppice.ebs.copy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A piece of a layer as it is listed: how it is written, and the SHA-256 of what it holds. Its text is one letter for
 * the form and 64 hexadecimal digits; that of a piece of zeros, or of one that is as in the layer below, is the letter alone:
 * they have no object.
 */
record Chunk(Form form, String sha256) {
    /** Of a piece that is a hole. */
    static final Chunk ZEROS = new Chunk(Form.ZEROS, "");

    /** Of a piece that holds what the same one of the layer below holds. */
    static final Chunk BELOW = new Chunk(Form.BELOW, "");

    private static final Pattern TEXT = Pattern.compile("[zb]|[rd][0-9a-f]{64}");
    private static final int BUFFER = 64 << 10;
    /** What deflating must save at least, as a share of the piece: reading it back costs time too. */
    private static final int SAVED_SHARE = 8;

    /** How it is written. */
    enum Form {
        ZEROS("z"),
        BELOW("b"),
        RAW("r"),
        DEFLATED("d");

        private final String letter;

        Form(String letter) {
            this.letter = letter;
        }
    }

    /** A piece, and what is written of it; nothing for zeros. */
    static final class Written {
        private final Chunk chunk;
        private final byte[] content;

        private Written(Chunk chunk, byte[] content) {
            this.chunk = chunk;
            this.content = content;
        }

        Chunk chunk() {
            return chunk;
        }

        /** Not to be changed: it may be the piece itself. */
        byte[] content() {
            return content;
        }
    }

    static Chunk parse(String text) throws IOException {
        if (!TEXT.matcher(text).matches()) {
            throw new IOException("a list of chunks has one that cannot be read");
        }
        for (var form : Form.values()) {
            if (text.startsWith(form.letter)) {
                return new Chunk(form, text.substring(1));
            }
        }
        throw new IllegalStateException("the pattern allows no other letters");
    }

    String text() {
        return form.letter + sha256;
    }

    /** Whether an object is written of it. */
    boolean hasObject() {
        return switch (form) {
            case ZEROS, BELOW -> false;
            case RAW, DEFLATED -> true;
        };
    }

    /** How {@code raw} is written over {@code below}: as it is, unless an eighth can be saved, and not when it is the same. */
    static Written write(byte[] raw, Optional<Chunk> below) {
        if (isZeros(raw)) {
            return new Written(ZEROS, new byte[0]);
        }
        var sum = sha256(raw);
        if (below.isPresent() && below.get().sha256().equals(sum)) {
            return new Written(BELOW, new byte[0]);
        }
        var deflated = deflate(raw);
        return deflated.length < raw.length - raw.length / SAVED_SHARE
                ? new Written(new Chunk(Form.DEFLATED, sum), deflated)
                : new Written(new Chunk(Form.RAW, sum), raw);
    }

    /** The piece that was written as {@code content}; throws when it is not what it was. */
    byte[] read(byte[] content, int rawBytes) throws IOException {
        var raw =
                switch (form) {
                    case ZEROS -> new byte[rawBytes];
                    case BELOW -> throw new IOException("a chunk of a copy is in the layer below");
                    case RAW -> content;
                    case DEFLATED -> inflate(content, rawBytes);
                };
        if (raw.length != rawBytes || (form != Form.ZEROS && !sha256(raw).equals(sha256))) {
            throw new IOException("a chunk of a copy is not what was copied: its checksum differs");
        }
        return raw;
    }

    /** In hexadecimal. */
    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    private static boolean isZeros(byte[] raw) {
        return raw.length == 0 || (raw[0] == 0 && Arrays.equals(raw, 0, raw.length - 1, raw, 1, raw.length));
    }

    private static byte[] deflate(byte[] raw) {
        // The fastest: what is sent waits for it.
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(raw);
            deflater.finish();
            var deflated = new ByteArrayOutputStream(raw.length / 2);
            var buffer = new byte[BUFFER];
            while (!deflater.finished() && deflated.size() < raw.length) {
                deflated.write(buffer, 0, deflater.deflate(buffer));
            }
            return deflated.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] content, int rawBytes) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(content);
            var raw = new byte[rawBytes];
            var filled = 0;
            while (filled < rawBytes) {
                var count = inflater.inflate(raw, filled, rawBytes - filled);
                if (count == 0) {
                    throw new IOException("a chunk of a copy ends early");
                }
                filled += count;
            }
            return raw;
        } catch (DataFormatException e) {
            throw new IOException("a chunk of a copy is not what was copied", e);
        } finally {
            inflater.end();
        }
    }
}
