package io.coppice.cloud.place;

/** Arithmetic on IPv4 blocks (RFC 4632). */
final class Cidr {
    private static final int ADDRESS_BITS = 32;
    /** The first four and the last address of a subnet are never given to instances, as in AWS. */
    private static final int RESERVED = 5;

    private Cidr() {}

    /** How many addresses instances may have in a block such as {@code 172.31.0.0/16}. */
    static int usableAddresses(String block) {
        var prefix = Integer.parseInt(block.substring(block.indexOf('/') + 1));
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, (1L << (ADDRESS_BITS - prefix)) - RESERVED));
    }
}
