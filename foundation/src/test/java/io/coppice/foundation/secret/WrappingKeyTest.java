package io.coppice.foundation.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, secrets open for whom they were not sealed, or not at all after the next start. */
class WrappingKeyTest {
    private static final byte[] SECRET = "swordfish".getBytes(StandardCharsets.UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void whatWasSealedOpensAfterTheNextStartAndForNobodyElse() throws IOException {
        var file = folder.resolve("key");
        var sealed = WrappingKey.openOrMake(file).seal("vol-1", SECRET);
        var key = WrappingKey.openOrMake(file);
        assertArrayEquals(SECRET, key.open("vol-1", sealed).orElseThrow());
        assertTrue(key.open("vol-2", sealed).isEmpty(), "another owner");
        assertTrue(
                WrappingKey.openOrMake(folder.resolve("other"))
                        .open("vol-1", sealed)
                        .isEmpty(),
                "another key");
        assertTrue(key.derive("something").open("vol-1", sealed).isEmpty(), "a derived key");
        sealed[sealed.length - 1] ^= 1;
        assertTrue(key.open("vol-1", sealed).isEmpty(), "a changed bit");
        assertTrue(key.open("vol-1", new byte[3]).isEmpty(), "too short to be anything");
    }

    @Test
    void theSameSecretIsNeverSealedAlike() {
        var key = WrappingKey.of(new byte[WrappingKey.BYTES]);
        assertFalse(java.util.Arrays.equals(key.seal("a", SECRET), key.seal("a", SECRET)));
    }

    /** RFC 4231 has no case with a key of 32 zeros; this was computed with openssl dgst -mac HMAC. */
    @Test
    void whatIsDerivedStaysTheSame() {
        assertEquals(
                "7387751ee955660902e428001e7102cbdc2e20c1625d74d606c2a3e514f5a094",
                HexFormat.of()
                        .formatHex(WrappingKey.of(new byte[WrappingKey.BYTES]).derivedBits("purpose")));
    }

    @Test
    void aFileThatIsNoKeyIsRefusedAndLeftAlone() throws IOException {
        var file = Files.writeString(folder.resolve("key"), "hello");
        assertThrows(IOException.class, () -> WrappingKey.openOrMake(file));
        assertEquals("hello", Files.readString(file));
    }

    @Test
    void onlyItsOwnerReadsTheFile() throws IOException {
        var file = folder.resolve("key");
        WrappingKey.openOrMake(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
}
