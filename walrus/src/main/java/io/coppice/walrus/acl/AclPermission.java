package io.coppice.walrus.acl;

/** What a grant allows (S3 User Guide, "Access control list overview"). */
public enum AclPermission {
    READ,
    WRITE,
    READ_ACP,
    WRITE_ACP,
    FULL_CONTROL;

    boolean includes(AclPermission wanted) {
        return this == FULL_CONTROL || this == wanted;
    }
}
