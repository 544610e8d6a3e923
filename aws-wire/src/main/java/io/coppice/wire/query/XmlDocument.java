package io.coppice.wire.query;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A document in UTF-8, in the pieces that it was written in: a large one is sent without ever standing in one array.
 * Immutable, thread-safe.
 */
public final class XmlDocument {
    private final List<Piece> pieces;
    private final int size;

    /** Bytes at the beginning of an array, which nobody changes any more. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Piece(byte[] bytes, int length) {}

    /** Takes a piece of a document. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes one piece.
         *
         * @param bytes may be kept and must not be changed
         * @param length how many of the bytes, from the first on
         */
        void take(byte[] bytes, int length) throws IOException;
    }

    XmlDocument(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
        this.size = pieces.stream().mapToInt(Piece::length).sum();
    }

    /** A document that is a text already. */
    public static XmlDocument of(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return new XmlDocument(List.of(new Piece(bytes, bytes.length)));
    }

    /** In bytes. */
    public int size() {
        return size;
    }

    /** Gives the pieces in their order. */
    public void forEach(Sink sink) {
        try {
            for (var piece : pieces) {
                sink.take(piece.bytes(), piece.length());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes all of it. */
    public void writeTo(OutputStream out) {
        forEach((bytes, length) -> out.write(bytes, 0, length));
    }

    /** All of it in one array. */
    byte[] toBytes() {
        var whole = new byte[size];
        var place = 0;
        for (var piece : pieces) {
            System.arraycopy(piece.bytes(), 0, whole, place, piece.length());
            place += piece.length();
        }
        return whole;
    }

    @Override
    public String toString() {
        return new String(toBytes(), StandardCharsets.UTF_8);
    }
}
