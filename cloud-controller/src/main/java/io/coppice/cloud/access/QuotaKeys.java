package io.coppice.cloud.access;

import java.util.List;
import java.util.Map;

/**
 * Condition keys that tell how much an account would have of something if a request were carried out, as Eucalyptus had them
 * ({@code ec2:quota-vminstancenumber}, …). Asked only where a policy reads one. Thread-safe.
 */
@FunctionalInterface
public interface QuotaKeys {
    /** What the keys of policies about quotas begin with, in lower case. */
    List<String> PREFIXES = List.of("ec2:quota-", "iam:quota-");

    /** Values by key in lower case; none for requests that make nothing that is counted. */
    Map<String, List<String>> of(AccessCall call);
}
