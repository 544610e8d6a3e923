package io.coppice.cloud.identity.entity;

import io.coppice.cloud.quota.Quota;
import java.util.Optional;

/**
 * The kinds of things that IAM names, with their limits (IAM User Guide, "IAM and AWS STS quotas") and the words of their
 * errors.
 */
public enum EntityKind {
    /** A person or a program with credentials of its own. */
    USER("user", "AIDA", 64, "UsersPerAccount", 5_000, "The user with name %s cannot be found.", "User with name %s"),
    /** Users that share policies. */
    GROUP(
            "group",
            "AGPA",
            128,
            "GroupsPerAccount",
            300,
            "The group with name %s cannot be found.",
            "Group with name %s"),
    /** What others become for a time. */
    ROLE("role", "AROA", 64, "RolesPerAccount", 1_000, "The role with name %s cannot be found.", "Role with name %s"),
    /** What carries a role into an instance. */
    INSTANCE_PROFILE(
            "instance-profile",
            "AIPA",
            128,
            "InstanceProfilesPerAccount",
            1_000,
            "Instance Profile %s cannot be found.",
            "Instance Profile %s"),
    /** A managed policy. */
    POLICY("policy", "ANPA", 128, "PoliciesPerAccount", 1_500, "Policy %s was not found.", "A policy called %s"),
    /** A device that shows codes. */
    MFA_DEVICE(
            "mfa",
            "AMFA",
            226,
            "VirtualMFADevicesPerAccount",
            5_000,
            "VirtualMFADevice with serial number %s doesn't exist.",
            "MFADevice entity %s"),
    /** A certificate with its key, for servers. */
    SERVER_CERTIFICATE(
            "server-certificate",
            "ASCA",
            128,
            "ServerCertificatesPerAccount",
            20,
            "The Server Certificate with name %s cannot be found.",
            "The Server Certificate with name %s");

    private final String arnType;
    private final String idPrefix;
    private final int longestName;
    private final String quota;
    private final int limit;
    private final String notFound;
    private final String subject;

    EntityKind(
            String arnType,
            String idPrefix,
            int longestName,
            String quota,
            int limit,
            String notFound,
            String subject) {
        this.arnType = arnType;
        this.idPrefix = idPrefix;
        this.longestName = longestName;
        this.quota = quota;
        this.limit = limit;
        this.notFound = notFound;
        this.subject = subject;
    }

    /** What stands before the path in the ARN, for example {@code instance-profile}. */
    public String arnType() {
        return arnType;
    }

    /** Characters that a name has at most. */
    public int longestName() {
        return longestName;
    }

    /** How many an account has at most. */
    public int limit() {
        return limit;
    }

    /** The name of {@link #limit} in errors and in the account's summary. */
    public String quota() {
        return quota;
    }

    /** The quota that the operator may set for an account; empty where there is none but {@link #limit}. */
    public Optional<Quota> accountQuota() {
        return switch (this) {
            case USER -> Optional.of(Quota.USERS);
            case GROUP -> Optional.of(Quota.GROUPS);
            case ROLE -> Optional.of(Quota.ROLES);
            case INSTANCE_PROFILE -> Optional.of(Quota.INSTANCE_PROFILES);
            case POLICY -> Optional.of(Quota.POLICIES);
            case SERVER_CERTIFICATE -> Optional.of(Quota.SERVER_CERTIFICATES);
            case MFA_DEVICE -> Optional.empty();
        };
    }

    /** A new unique id of this kind. */
    public String newId() {
        return Identifiers.unique(idPrefix);
    }

    /** Whether a unique id is one of this kind. */
    public boolean owns(String id) {
        return id.startsWith(idPrefix);
    }

    /** The parameter that names one, for example {@code roleName}. */
    public String nameParameter() {
        return switch (this) {
            case USER -> "userName";
            case GROUP -> "groupName";
            case ROLE -> "roleName";
            case INSTANCE_PROFILE -> "instanceProfileName";
            case POLICY -> "policyName";
            case MFA_DEVICE -> "virtualMFADeviceName";
            case SERVER_CERTIFICATE -> "serverCertificateName";
        };
    }

    String notFoundMessage(String name) {
        return notFound.formatted(name);
    }

    String existsMessage(String name) {
        return subject.formatted(name) + " already exists."
                + (this == POLICY ? " Duplicate names are not allowed." : "");
    }
}
