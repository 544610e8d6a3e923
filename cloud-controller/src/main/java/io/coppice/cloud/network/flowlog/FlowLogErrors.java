package io.coppice.cloud.network.flowlog;

import io.coppice.wire.error.AwsException;
import java.util.List;

/** What can be wrong with requests about flow logs. */
final class FlowLogErrors {
    private FlowLogErrors() {}

    /** A value that cannot be. */
    static AwsException invalid(String why) {
        return AwsException.client("InvalidParameter", why);
    }

    /** The same is recorded already. */
    static AwsException exists() {
        return AwsException.client(
                "FlowLogAlreadyExists",
                "Error. There is an existing Flow Log with the same configuration and log destination.");
    }

    /** The resource has as many as it may have. */
    static AwsException limit(int most) {
        return AwsException.client(
                "FlowLogsLimitExceeded",
                "A network interface, a subnet and a VPC may have " + most + " flow logs each.");
    }

    /** Flow logs that the account has not. */
    static AwsException notFound(List<String> ids) {
        return AwsException.client(
                "InvalidFlowLogId.NotFound",
                "These flow log ids in the input list are not found: [TotalCount: " + ids.size() + "] "
                        + String.join(" ", ids));
    }
}
