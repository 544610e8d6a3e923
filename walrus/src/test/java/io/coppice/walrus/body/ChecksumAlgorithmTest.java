package io.coppice.walrus.body;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** If this failed, whole objects would be refused, or damaged ones accepted. */
class ChecksumAlgorithmTest {
    @Test
    void theCheckValuesOfTheCatalogueComeOut() {
        // The published check values are those of the text "123456789".
        var text = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertEquals("cbf43926", hex(ChecksumAlgorithm.CRC32, text));
        assertEquals("e3069283", hex(ChecksumAlgorithm.CRC32C, text));
        assertEquals("ae8b14860a799888", hex(ChecksumAlgorithm.CRC64NVME, text));
    }

    @Test
    void checksumsOfPartsCombineToThatOfTheWhole() {
        var random = new Random(7);
        for (var algorithm : ChecksumAlgorithm.values()) {
            if (algorithm.combinable()) {
                for (int cut : new int[] {0, 1, 7, 8, 1000, 65_537}) {
                    var whole = new byte[70_000];
                    random.nextBytes(whole);
                    var first = value(algorithm, Arrays.copyOf(whole, cut));
                    var second = value(algorithm, Arrays.copyOfRange(whole, cut, whole.length));
                    assertEquals(
                            value(algorithm, whole),
                            algorithm.combine(first, second, whole.length - cut),
                            algorithm + " cut at " + cut);
                }
            }
        }
    }

    private static String value(ChecksumAlgorithm algorithm, byte[] content) {
        var computation = algorithm.begin();
        computation.update(ByteBuffer.wrap(content));
        return computation.value();
    }

    private static String hex(ChecksumAlgorithm algorithm, byte[] content) {
        return HexFormat.of().formatHex(Base64.getDecoder().decode(value(algorithm, content)));
    }
}
