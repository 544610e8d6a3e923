package io.coppice.walrus.acl;

import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.protocol.S3Errors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An access control list. Kept as text of one grant a line: permission, kind of grantee, its id, its name. Immutable.
 *
 * @param grants in the order they were given, at most 100
 */
public record Acl(List<Acl.Grant> grants) {
    /** More grants than this are refused, as S3 does. */
    public static final int MAX_GRANTS = 100;

    private static final int PARTS = 4;

    public Acl {
        grants = List.copyOf(grants);
    }

    /** One line of the list. */
    public record Grant(Grantee grantee, AclPermission permission) {}

    /** Full control for the owner, nothing for others. */
    public static Acl ofOwner(BucketOwner owner) {
        return new Acl(List.of(full(owner)));
    }

    /** What was kept, or the owner's alone. */
    public static Acl parse(Optional<String> text, BucketOwner owner) {
        return text.map(lines -> new Acl(lines.lines().map(Acl::grant).toList()))
                .orElseGet(() -> ofOwner(owner));
    }

    /**
     * A canned list (S3 User Guide, "Canned ACL"); throws InvalidArgument when there is none of that name.
     *
     * @param owner of the object or bucket
     * @param bucketOwner of the bucket
     */
    public static Acl canned(String name, BucketOwner owner, BucketOwner bucketOwner) {
        var grants = new ArrayList<Grant>();
        switch (name) {
            case "private" -> {}
            case "public-read" -> grants.add(new Grant(Grantee.Group.ALL_USERS, AclPermission.READ));
            case "public-read-write" -> {
                grants.add(new Grant(Grantee.Group.ALL_USERS, AclPermission.READ));
                grants.add(new Grant(Grantee.Group.ALL_USERS, AclPermission.WRITE));
            }
            case "authenticated-read" -> grants.add(new Grant(Grantee.Group.AUTHENTICATED_USERS, AclPermission.READ));
            case "aws-exec-read" -> {}
            case "log-delivery-write" -> {
                grants.add(new Grant(Grantee.Group.LOG_DELIVERY, AclPermission.WRITE));
                grants.add(new Grant(Grantee.Group.LOG_DELIVERY, AclPermission.READ_ACP));
            }
            case "bucket-owner-read" -> addBucketOwner(grants, owner, bucketOwner, AclPermission.READ);
            case "bucket-owner-full-control" -> addBucketOwner(grants, owner, bucketOwner, AclPermission.FULL_CONTROL);
            default -> throw S3Errors.invalidArgument("The canned ACL \"" + name + "\" is not known.");
        }
        grants.addFirst(full(owner));
        return new Acl(grants);
    }

    /** Whether somebody is granted something. */
    public boolean grants(Principal caller, AclPermission wanted) {
        return grants.stream()
                .anyMatch(grant ->
                        grant.permission().includes(wanted) && grant.grantee().includes(caller));
    }

    /** The grants as S3 shows them: groups first. */
    public List<Grant> shown() {
        return grants.stream()
                .sorted(Comparator.comparing(grant -> grant.grantee() instanceof Grantee.User))
                .toList();
    }

    /** The same without what it grants to people outside of named accounts. */
    public Acl withoutPublic() {
        return new Acl(grants.stream().filter(grant -> !isPublic(grant)).toList());
    }

    /** Whether it grants anything to people outside of named accounts. */
    public boolean isPublic() {
        return grants.stream().anyMatch(Acl::isPublic);
    }

    /** How it is kept. */
    public String text() {
        var text = new StringBuilder();
        for (var grant : grants) {
            text.append(grant.permission());
            switch (grant.grantee()) {
                case Grantee.User(String id, String name) ->
                    text.append(" user ").append(id).append(' ').append(name);
                case Grantee.Group group -> text.append(" group ").append(group).append(" -");
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static boolean isPublic(Grant grant) {
        return grant.grantee() instanceof Grantee.Group group && group.open();
    }

    private static Grant full(BucketOwner owner) {
        return new Grant(new Grantee.User(owner.canonicalId(), owner.displayName()), AclPermission.FULL_CONTROL);
    }

    private static void addBucketOwner(
            List<Grant> grants, BucketOwner owner, BucketOwner bucketOwner, AclPermission permission) {
        if (!owner.canonicalId().equals(bucketOwner.canonicalId())) {
            grants.add(new Grant(new Grantee.User(bucketOwner.canonicalId(), bucketOwner.displayName()), permission));
        }
    }

    private static Grant grant(String line) {
        var parts = line.split(" ", PARTS);
        var permission = AclPermission.valueOf(parts[0]);
        return parts[1].equals("group")
                ? new Grant(Grantee.Group.valueOf(parts[2]), permission)
                : new Grant(new Grantee.User(parts[2], parts[PARTS - 1]), permission);
    }
}
