package io.coppice.walrus.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** If this failed for a store, objects could be half there, lost after an answer, or never be freed. */
abstract class BlobStoreContract {
    /** A store that was empty when the test began, always the same one within a test. */
    abstract BlobStore store() throws IOException;

    @Test
    void aBlobComesBackAsItWasWritten() throws IOException {
        var blob = write("hello world");
        assertEquals(11, blob.sizeBytes());
        assertArrayEquals("hello world".getBytes(StandardCharsets.UTF_8), read(blob.id(), 0, 11));
        assertArrayEquals("o w".getBytes(StandardCharsets.UTF_8), read(blob.id(), 4, 3));
        assertEquals(0, write("").sizeBytes());
    }

    @Test
    void nothingIsVisibleBeforeTheCommit() throws IOException {
        try (var writer = store().begin(-1)) {
            writer.write(ByteBuffer.wrap(new byte[100]));
            assertEquals(Set.of(), all());
        }
        assertEquals(Set.of(), all());
        assertEquals(0, store().removeAbandoned(Instant.now().plusSeconds(60)));
    }

    @Test
    void whatAWriterThatNeverEndedLeftIsRemoved() throws IOException {
        store().begin(-1).write(ByteBuffer.wrap(new byte[100]));
        assertEquals(0, store().removeAbandoned(Instant.now().minusSeconds(60)));
        assertEquals(1, store().removeAbandoned(Instant.now().plusSeconds(60)));
    }

    @Test
    void aRemovedBlobIsGone() throws IOException {
        var blob = write("x");
        assertEquals(Set.of(blob.id()), all());
        assertTrue(store().delete(blob.id()));
        assertFalse(store().delete(blob.id()));
        assertEquals(Set.of(), all());
        assertThrows(NoSuchFileException.class, () -> read(blob.id(), 0, 1));
    }

    @Test
    void aBlobIsNotShownBeforeItsTime() throws IOException {
        write("young");
        store().scan(Instant.now().minusSeconds(60), id -> {
            throw new AssertionError("shown too early: " + id);
        });
    }

    @Test
    void moreThanFitsIsRefused() throws IOException {
        var free = store().freeBytes();
        assertThrows(InsufficientSpaceException.class, () -> store().begin(free * 2 + 1));
    }

    private StoredBlob write(String text) throws IOException {
        try (var writer = store().begin(text.length())) {
            writer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return writer.commit();
        }
    }

    private byte[] read(BlobId id, long offset, long length) throws IOException {
        try (var stream = Channels.newInputStream(store().open(id, offset, length))) {
            return stream.readAllBytes();
        }
    }

    private Set<BlobId> all() throws IOException {
        var all = new HashSet<BlobId>();
        store().scan(Instant.now().plusSeconds(60), all::add);
        return all;
    }
}
