package io.coppice.walrus.body;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/**
 * CRC-64/NVME (NVM Express Command Set specification, "64b CRC"): reflected, polynomial 0xAD93D23594C93659, initial value
 * and final exclusive-or all ones. Eight bytes a step by tables. Not thread-safe.
 */
final class Crc64Nvme implements Checksum {
    /** The polynomial with its bits in reverse order, as a reflected CRC uses it. */
    static final long REFLECTED_POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final int STEP = 8;
    private static final int BYTE_VALUES = 256;
    private static final int BYTE_MASK = 0xff;
    private static final long[][] TABLES = tables();

    private long state = -1L;

    @Override
    public void update(int b) {
        state = TABLES[0][(int) ((state ^ b) & BYTE_MASK)] ^ (state >>> Byte.SIZE);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        update(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public void update(ByteBuffer bytes) {
        var order = bytes.order();
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        var crc = state;
        while (bytes.remaining() >= STEP) {
            var word = crc ^ bytes.getLong();
            crc = 0;
            for (int i = 0; i < STEP; i++) {
                crc ^= TABLES[STEP - 1 - i][(int) (word >>> (Byte.SIZE * i)) & BYTE_MASK];
            }
        }
        state = crc;
        while (bytes.hasRemaining()) {
            update(bytes.get());
        }
        bytes.order(order);
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1L;
    }

    private static long[][] tables() {
        var tables = new long[STEP][BYTE_VALUES];
        for (int value = 0; value < BYTE_VALUES; value++) {
            long crc = value;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ REFLECTED_POLYNOMIAL;
            }
            tables[0][value] = crc;
        }
        for (int step = 1; step < STEP; step++) {
            for (int value = 0; value < BYTE_VALUES; value++) {
                var previous = tables[step - 1][value];
                tables[step][value] = shifted(tables[0], previous);
            }
        }
        return tables;
    }

    private static long shifted(long[] table, long previous) {
        return table[(int) (previous & BYTE_MASK)] ^ (previous >>> Byte.SIZE);
    }
}
