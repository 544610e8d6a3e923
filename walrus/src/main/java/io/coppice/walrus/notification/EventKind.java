package io.coppice.walrus.notification;

import java.util.Arrays;

/** What can happen to an object (S3 User Guide, "Supported event types"), as far as it can happen here. */
public enum EventKind {
    PUT("ObjectCreated:Put"),
    POST("ObjectCreated:Post"),
    COPY("ObjectCreated:Copy"),
    COMPLETE("ObjectCreated:CompleteMultipartUpload"),
    DELETE("ObjectRemoved:Delete"),
    MARK("ObjectRemoved:DeleteMarkerCreated"),
    TAG("ObjectTagging:Put"),
    UNTAG("ObjectTagging:Delete"),
    ACL("ObjectAcl:Put"),
    EXPIRE("LifecycleExpiration:Delete"),
    EXPIRE_BY_MARKER("LifecycleExpiration:DeleteMarkerCreated");

    private static final String PREFIX = "s3:";
    private static final String ANY = ":*";

    private final String word;

    EventKind(String word) {
        this.word = word;
    }

    /** As it stands in a message, for example {@code ObjectCreated:Put}. */
    public String word() {
        return word;
    }

    /** Whether a name of a rule, such as {@code s3:ObjectCreated:*}, means this kind. */
    public boolean isMeantBy(String name) {
        return name.endsWith(ANY)
                ? (PREFIX + word).startsWith(name.substring(0, name.length() - 1))
                : name.equals(PREFIX + word);
    }

    /** Whether a name means any kind at all. */
    static boolean isKnown(String name) {
        return name.startsWith(PREFIX)
                && name.indexOf(':') != name.lastIndexOf(':')
                && Arrays.stream(values()).anyMatch(kind -> kind.isMeantBy(name));
    }
}
