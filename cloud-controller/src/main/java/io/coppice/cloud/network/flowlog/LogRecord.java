package io.coppice.cloud.network.flowlog;

import io.coppice.proto.network.v1.FlowCount;
import java.util.Optional;

/**
 * One line of a flow log.
 *
 * @param beginSeconds begin of the period, since 1970
 * @param endSeconds end of the period, since 1970
 * @param flow empty unless the status is {@link Status#OK}
 */
record LogRecord(
        String accountId,
        String interfaceId,
        long beginSeconds,
        long endSeconds,
        Status status,
        Optional<FlowCount> flow) {
    /** The same of a flow. */
    LogRecord with(FlowCount counted) {
        return new LogRecord(accountId, interfaceId, beginSeconds, endSeconds, status, Optional.of(counted));
    }

    /** What a record stands for. */
    enum Status {
        /** A flow. */
        OK,
        /** There was none. */
        NODATA,
        /** There were some that were not recorded. */
        SKIPDATA
    }
}
