package io.coppice.cloud.network.flowlog;

import io.coppice.proto.network.v1.FlowCount;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A field of a record: those of version 2. Source: Amazon VPC user guide, "Flow log records".
 */
enum LogField {
    /** The version of the format. */
    VERSION("version", record -> "2"),
    /** Whose the interface is. */
    ACCOUNT_ID("account-id", LogRecord::accountId),
    /** The interface. */
    INTERFACE_ID("interface-id", LogRecord::interfaceId),
    /** Where the packets come from. */
    SOURCE("srcaddr", counted(FlowCount::getSource)),
    /** Where the packets go. */
    DESTINATION("dstaddr", counted(FlowCount::getDestination)),
    /** 0 for protocols without ports. */
    SOURCE_PORT("srcport", counted(FlowCount::getSourcePort)),
    /** 0 for protocols without ports. */
    DESTINATION_PORT("dstport", counted(FlowCount::getDestinationPort)),
    /** Number of IP. */
    PROTOCOL("protocol", counted(FlowCount::getProtocol)),
    /** Packets in the period. */
    PACKETS("packets", counted(FlowCount::getPackets)),
    /** Bytes in the period. */
    BYTES("bytes", counted(FlowCount::getBytes)),
    /** Begin of the period, seconds since 1970. */
    START("start", record -> String.valueOf(record.beginSeconds())),
    /** End of the period, seconds since 1970. */
    END("end", record -> String.valueOf(record.endSeconds())),
    /** Whether security groups and network ACLs let the packets pass. */
    ACTION("action", counted(flow -> flow.getAccepted() ? "ACCEPT" : "REJECT")),
    /** Whether this is all that was to be recorded. */
    LOG_STATUS("log-status", record -> record.status().name());

    private static final String NOTHING = "-";

    private final String label;
    private final Function<LogRecord, String> value;

    LogField(String label, Function<LogRecord, String> value) {
        this.label = label;
        this.value = value;
    }

    /** A field that records without a flow have not. */
    private static Function<LogRecord, String> counted(Function<FlowCount, ?> field) {
        return record -> record.flow().map(field).map(String::valueOf).orElse(NOTHING);
    }

    /** As formats and the first lines of files name it. */
    String label() {
        return label;
    }

    /** Its value in a record. */
    String of(LogRecord record) {
        return value.apply(record);
    }

    /** The field of this name. */
    static Optional<LogField> named(String label) {
        return Arrays.stream(values()).filter(each -> each.label.equals(label)).findFirst();
    }
}
