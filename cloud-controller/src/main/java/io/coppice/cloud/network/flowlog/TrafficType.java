package io.coppice.cloud.network.flowlog;

import io.coppice.proto.network.v1.FlowCount;

/** Which flows a flow log records. */
enum TrafficType {
    /** Those that were let pass. */
    ACCEPT,
    /** Those that were refused. */
    REJECT,
    /** All. */
    ALL;

    boolean takes(FlowCount flow) {
        return this == ALL || flow.getAccepted() == (this == ACCEPT);
    }
}
