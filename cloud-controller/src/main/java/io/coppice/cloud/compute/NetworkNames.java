package io.coppice.cloud.compute;

import io.coppice.foundation.id.AccountId;

/** The network that an account's instances are launched into. Pure; no input or output. */
@FunctionalInterface
public interface NetworkNames {
    /** The account's default network. */
    DefaultNames of(AccountId account);

    /** The ids of an account's default VPC, its subnet and its security group. */
    record DefaultNames(String vpcId, String subnetId, String securityGroupId, String securityGroupName) {}
}
