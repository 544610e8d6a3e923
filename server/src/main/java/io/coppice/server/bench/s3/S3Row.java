package io.coppice.server.bench.s3;

import java.util.Locale;

/**
 * One line of the table, in the order in which they are run: what is read was written before.
 *
 * <p>{@code reach} is a rate of its own, in the row's unit, or, where {@code against} names a peer, a multiple of that
 * peer's rate.
 */
enum S3Row {
    PUT_4K("PUT 4 KiB, 16 clients", 16, Sizes.SMALL, 2500, ""),
    PUT_4K_ALONE("PUT 4 KiB, 1 client", 1, Sizes.SMALL, 700, ""),
    GET_4K("GET 4 KiB, 16 clients", 16, Sizes.SMALL, 8000, ""),
    HEAD_4K("HEAD, 16 clients", 16, 0, 12_000, ""),
    PUT_1M("PUT 1 MiB, 8 clients", 8, Sizes.MEDIUM, 350, ""),
    GET_1M("GET 1 MiB, 8 clients", 8, Sizes.MEDIUM, 0.6, "nginx"),
    PUT_64M("PUT 64 MiB multipart, 4 clients", 4, Sizes.LARGE, 1.2, "radosgw"),
    GET_64M("GET 64 MiB, 4 clients", 4, Sizes.LARGE, 0.7, "nginx"),
    LIST("LIST 1,000 of 10,000 keys, 1 client", 1, 0, 4, ""),
    DELETE("DELETE, 16 clients", 16, 0, 3000, "");

    private final String label;
    private final int clients;
    private final int bytes;
    private final double reach;
    private final String against;
    private final String folder = "/" + name().toLowerCase(Locale.ROOT) + "/";

    S3Row(String label, int clients, int bytes, double reach, String against) {
        this.label = label;
        this.clients = clients;
        this.bytes = bytes;
        this.reach = reach;
        this.against = against;
    }

    /** What is done by how many. */
    String label() {
        return label;
    }

    /** Where what it writes lies in the bucket, between slashes. */
    String folder() {
        return folder;
    }

    /** How many work at once, each on a connection of its own. */
    int clients() {
        return clients;
    }

    /** Length of the objects; 0 where no bytes move. */
    int bytes() {
        return bytes;
    }

    /** What must be met. */
    double reach() {
        return reach;
    }

    /** The peer of whose rate {@link #reach} is a multiple; empty when it is a rate of its own. */
    String against() {
        return against;
    }

    /** Whether MiB are counted and not requests. */
    boolean countsBytes() {
        return bytes >= Sizes.MEDIUM;
    }

    /** Whether the time of one request is told and not how many there are a second. */
    boolean tellsTime() {
        return this == LIST;
    }

    /** The unit of what is told. */
    String unit() {
        return tellsTime() ? "ms" : countsBytes() ? "MiB/s" : "/s";
    }

    /** Whether a plain web server can do it, without knowing S3. */
    boolean ofWebServer() {
        return this != PUT_64M && this != LIST;
    }

    /** The lengths of objects, bytes. */
    static final class Sizes {
        static final int SMALL = 4 * 1024;
        static final int MEDIUM = 1024 * 1024;
        static final int LARGE = 64 * MEDIUM;
        static final int PART = 8 * MEDIUM;

        private Sizes() {}
    }
}
