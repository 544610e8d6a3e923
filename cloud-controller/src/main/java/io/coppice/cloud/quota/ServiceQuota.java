package io.coppice.cloud.quota;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The quotas of accounts as the Service Quotas API names them. Where AWS limits the same thing, its code stands for it, so
 * that tools find what they look for; the others have codes of our own.
 */
public enum ServiceQuota {
    /** Counted in processors, as AWS counts standard instances. */
    VCPUS(Quota.VCPUS, "ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"),
    /** Whatever their size. */
    INSTANCES(Quota.INSTANCES, "ec2", "coppice-instances", "Instances that are not terminated"),
    /** In MiB. */
    MEMORY(Quota.MEMORY_MIB, "ec2", "coppice-memory-mib", "Memory of instances that are not terminated, in MiB"),
    /** Machine images. */
    IMAGES(Quota.IMAGES, "ec2", "L-B665C33B", "AMIs"),
    /** Key pairs. */
    KEY_PAIRS(Quota.KEY_PAIRS, "ec2", "coppice-key-pairs", "Key pairs"),
    /** Root volumes apart. */
    VOLUMES(Quota.VOLUMES, "ebs", "coppice-volumes", "Volumes, root volumes apart"),
    /** In GiB. */
    STORAGE(Quota.VOLUME_GIB, "ebs", "coppice-volume-gib", "Storage of all volumes together, in GiB"),
    /** Users. */
    USERS(Quota.USERS, "iam", "L-F55AF5E4", "Users per account"),
    /** Groups. */
    GROUPS(Quota.GROUPS, "iam", "L-F4A5425F", "Groups per account"),
    /** Roles. */
    ROLES(Quota.ROLES, "iam", "L-FE177D64", "Roles per account"),
    /** Instance profiles. */
    INSTANCE_PROFILES(Quota.INSTANCE_PROFILES, "iam", "L-6E65F664", "Instance profiles per account"),
    /** Customer managed policies. */
    POLICIES(Quota.POLICIES, "iam", "L-E95E4862", "Customer managed policies per account"),
    /** Server certificates. */
    SERVER_CERTIFICATES(Quota.SERVER_CERTIFICATES, "iam", "L-BF35879D", "Server certificates per account");

    private final Quota quota;
    private final String service;
    private final String code;
    private final String title;

    ServiceQuota(Quota quota, String service, String code, String title) {
        this.quota = quota;
        this.service = service;
        this.code = code;
        this.title = title;
    }

    /** What it limits. */
    public Quota quota() {
        return quota;
    }

    /** The code of its service: {@code ec2}, {@code ebs} or {@code iam}. */
    public String service() {
        return service;
    }

    /** Its own code. */
    public String code() {
        return code;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    /** Whether it holds for all regions together, as everything of IAM does. */
    public boolean global() {
        return service.equals("iam");
    }

    /** The quotas of a service; empty for one that has none. */
    public static List<ServiceQuota> of(String service) {
        return Arrays.stream(values())
                .filter(each -> each.service.equals(service))
                .toList();
    }

    /** The quota of a service with this code. */
    public static Optional<ServiceQuota> find(String service, String code) {
        return of(service).stream().filter(each -> each.code.equals(code)).findFirst();
    }
}
