package io.coppice.walrus.body;

/**
 * The CRC of two texts one after the other from the CRCs of both: a CRC is linear over GF(2), so the first one is moved
 * on by as many zero bytes as the second text is long. Polynomials modulo the CRC's own are multiplied bit by bit, and
 * the power of x is found by squaring.
 */
final class CrcCombination {
    private final long reflectedPolynomial;
    private final int width;

    /**
     * For a reflected CRC.
     *
     * @param width bits of the CRC, 1 to 64
     */
    CrcCombination(long reflectedPolynomial, int width) {
        this.reflectedPolynomial = reflectedPolynomial;
        this.width = width;
    }

    long combine(long first, long second, long secondBytes) {
        return multiply(powerOfX(secondBytes * Byte.SIZE), first) ^ second;
    }

    /** x to the power of {@code exponent}; in reflected form the highest bit stands for x to the power of 0. */
    private long powerOfX(long exponent) {
        var result = 1L << (width - 1);
        var square = 1L << (width - 2);
        for (var rest = exponent; rest > 0; rest >>>= 1) {
            if ((rest & 1) == 1) {
                result = multiply(result, square);
            }
            square = multiply(square, square);
        }
        return result;
    }

    private long multiply(long a, long b) {
        var product = 0L;
        var shifted = b;
        for (int bit = width - 1; bit >= 0; bit--) {
            if ((a >>> bit & 1) == 1) {
                product ^= shifted;
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ reflectedPolynomial;
        }
        return product;
    }
}
