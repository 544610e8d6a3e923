package io.coppice.cloud.network.prefixlist;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about prefix lists, in AWS's codes. */
final class PrefixListErrors {
    private PrefixListErrors() {}

    static AwsException versionMismatch(String id, long current) {
        return AwsException.client(
                "PrefixListVersionMismatch",
                "The prefix list " + id + " has the current version " + current
                        + ": read it again and repeat the change.");
    }

    static AwsException versionNotFound(String id, long version) {
        return AwsException.client(
                "PrefixListVersionNotFound",
                "The version " + version + " of the prefix list " + id + " does not exist.");
    }

    static AwsException full(String id, int maxEntries) {
        return AwsException.client(
                "PrefixListMaxEntriesExceeded",
                "The prefix list " + id + " cannot have more than " + maxEntries + " entries.");
    }

    static AwsException tooMany(int limit) {
        return AwsException.client(
                "PrefixListLimitExceeded",
                "There cannot be more than " + limit + " prefix lists. Delete some that are not needed.");
    }

    static AwsException noSuchEntry(String cidr) {
        return AwsException.client(
                "InvalidParameterValue", "The prefix list has no entry " + cidr + " that could be removed.");
    }
}
