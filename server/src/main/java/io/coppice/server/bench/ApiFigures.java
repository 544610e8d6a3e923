package io.coppice.server.bench;

/** The names of what {@link LoadGenerator} measures. */
final class ApiFigures {
    /** Microseconds of one check of a signed RunInstances request. */
    static final String SIGNATURE_MICROS = "signatureMicros";
    /** Launches a second, each after the answer to the one before. */
    static final String RUN_ONE_BY_ONE = "runOneByOnePerSecond";
    /** Median of the same. */
    static final String RUN_P50_MILLIS = "runP50Millis";
    /** Launches a second from 8 clients. */
    static final String RUN_FROM_8 = "runFrom8PerSecond";
    /** Launches a second from 16 clients. */
    static final String RUN_FROM_16 = "runFrom16PerSecond";
    /** Median of DescribeInstances by one id among 1,000 instances. */
    static final String BY_ID_MILLIS = "byIdMillis";
    /** Median of DescribeInstances with 1,000 instances in the answer. */
    static final String THOUSAND_MILLIS = "thousandMillis";
    /** How many instances the large list had. */
    static final String ALL_ROWS = "allRows";
    /** Median of reading all of them, 1,000 a page. */
    static final String ALL_SECONDS = "allSeconds";
    /** Median of one instance by its id within the mix. */
    static final String MIX_ONE_MILLIS = "mixOneMillis";
    /** Median of the page of all instances within the mix. */
    static final String MIX_POOL_MILLIS = "mixPoolMillis";
    /** Requests a second that the mix reached. */
    static final String MIX_PER_SECOND = "mixPerSecond";

    private ApiFigures() {}
}
