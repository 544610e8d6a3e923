package io.coppice.cloud.network.flowlog;

import java.util.regex.Pattern;

/**
 * Where a flow log is delivered.
 *
 * @param arn as it was asked for
 * @param folder what keys begin with, empty or with a slash at its end
 */
record LogDestination(String arn, String bucket, String folder) {
    private static final Pattern ARN =
            Pattern.compile("arn:aws:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\\p{Cntrl}]{0,512}))?");
    private static final Pattern RESERVED = Pattern.compile("(.*/)?AWSLogs(/.*)?");

    /** Reads {@code arn:aws:s3:::bucket/folder/}; throws {@code InvalidParameter} for anything else. */
    static LogDestination parse(String arn) {
        var found = ARN.matcher(arn);
        if (!found.matches()) {
            throw FlowLogErrors.invalid(
                    "LogDestination is the ARN of a bucket, arn:aws:s3:::bucket, with an optional folder.");
        }
        var folder = found.group(2) == null ? "" : found.group(2).replaceAll("^/+|/+$", "");
        if (RESERVED.matcher(folder).matches()) {
            throw FlowLogErrors.invalid("LogDestination must not have a folder that is called AWSLogs.");
        }
        return new LogDestination(arn, found.group(1), folder.isEmpty() ? "" : folder + "/");
    }
}
