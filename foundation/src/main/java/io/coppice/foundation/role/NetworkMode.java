package io.coppice.foundation.role;

/** How a zone's instances are connected. */
public enum NetworkMode {
    /** All instances share one network; every account sees it as its default VPC, which cannot be changed. */
    FLAT,
    /** Accounts make virtual private clouds that are isolated from each other. */
    VPC
}
