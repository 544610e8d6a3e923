package io.coppice.walrus.metadata;

/** What an owner can set on a bucket: each is one document, kept as it came once it was checked. */
public enum BucketSetting {
    ACL("acl"),
    POLICY("policy"),
    PUBLIC_ACCESS_BLOCK("public_access_block"),
    OWNERSHIP_CONTROLS("ownership_controls"),
    TAGGING("tagging"),
    CORS("cors"),
    LIFECYCLE("lifecycle"),
    WEBSITE("website"),
    LOGGING("logging"),
    NOTIFICATION("notification"),
    ENCRYPTION("encryption"),
    OBJECT_LOCK("object_lock_rule"),
    REQUEST_PAYMENT("request_payment");

    private final String column;

    BucketSetting(String column) {
        this.column = column;
    }

    String column() {
        return column;
    }
}
