package io.coppice.cloud.quota;

import java.util.Arrays;
import java.util.Optional;

/** What is limited per account. */
public enum Quota {
    /** Instances that are not terminated. */
    INSTANCES("instances"),
    /** Virtual processors of all instances that are not terminated. */
    VCPUS("vcpus"),
    /** MiB of memory of all instances that are not terminated. */
    MEMORY_MIB("memory-mib"),
    /** Volumes, root volumes apart. */
    VOLUMES("volumes"),
    /** GiB of all volumes together. */
    VOLUME_GIB("volume-gib"),
    /** Images. */
    IMAGES("images"),
    /** Key pairs. */
    KEY_PAIRS("key-pairs"),
    /** Users of IAM. */
    USERS("users"),
    /** Groups of IAM. */
    GROUPS("groups"),
    /** Roles of IAM. */
    ROLES("roles"),
    /** Instance profiles of IAM. */
    INSTANCE_PROFILES("instance-profiles"),
    /** Managed policies of IAM. */
    POLICIES("policies"),
    /** Server certificates of IAM. */
    SERVER_CERTIFICATES("server-certificates");

    private final String key;

    Quota(String key) {
        this.key = key;
    }

    /** Its name for people and in the database. */
    public String key() {
        return key;
    }

    /** The quota of that name. */
    public static Optional<Quota> named(String key) {
        return Arrays.stream(values()).filter(quota -> quota.key.equals(key)).findFirst();
    }
}
