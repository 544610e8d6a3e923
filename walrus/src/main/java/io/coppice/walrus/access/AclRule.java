package io.coppice.walrus.access;

import io.coppice.walrus.acl.AclPermission;
import java.util.Optional;

/** Which permission of which access control list allows an operation (S3 User Guide, "Mapping of ACL permissions"). */
final class AclRule {
    private AclRule() {}

    /** The permission on the bucket that allows it; empty when none does. */
    static Optional<AclPermission> onBucket(S3Operation operation) {
        return switch (operation) {
            case LIST_OBJECTS, HEAD_BUCKET, LIST_OBJECT_VERSIONS, LIST_MULTIPART_UPLOADS ->
                Optional.of(AclPermission.READ);
            case GET_BUCKET_ACL -> Optional.of(AclPermission.READ_ACP);
            case PUT_BUCKET_ACL -> Optional.of(AclPermission.WRITE_ACP);
            case PUT_OBJECT,
                    POST_OBJECT,
                    DELETE_OBJECT,
                    DELETE_OBJECT_VERSION,
                    DELETE_OBJECTS,
                    CREATE_MULTIPART_UPLOAD,
                    UPLOAD_PART,
                    COMPLETE_MULTIPART_UPLOAD,
                    ABORT_MULTIPART_UPLOAD,
                    LIST_PARTS -> Optional.of(AclPermission.WRITE);
            default -> Optional.empty();
        };
    }

    /** The permission on the object that allows it; empty when none does. */
    static Optional<AclPermission> onObject(S3Operation operation) {
        return switch (operation) {
            case GET_OBJECT, GET_OBJECT_VERSION, GET_OBJECT_ATTRIBUTES -> Optional.of(AclPermission.READ);
            case GET_OBJECT_ACL -> Optional.of(AclPermission.READ_ACP);
            case PUT_OBJECT_ACL -> Optional.of(AclPermission.WRITE_ACP);
            default -> Optional.empty();
        };
    }
}
