package io.coppice.walrus.acl;

import io.coppice.walrus.identity.Accounts;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Access control lists as S3 sends them: as documents and as headers. Thread-safe. */
public final class AclDocuments {
    /** Headers of grants, with what each grants. */
    private static final Map<String, AclPermission> HEADERS = headers();

    private final Accounts accounts;

    /** Finds those to whom something is granted with {@code accounts}. */
    public AclDocuments(Accounts accounts) {
        this.accounts = accounts;
    }

    /** The names of the headers that grant. */
    public static Iterable<String> grantHeaders() {
        return HEADERS.keySet();
    }

    /** Writes a list. */
    public static XmlWriter write(Acl acl, BucketOwner owner) {
        var answer = XmlWriter.document("AccessControlPolicy")
                .open("Owner")
                .element("ID", owner.canonicalId())
                .element("DisplayName", owner.displayName())
                .close("Owner")
                .open("AccessControlList");
        for (var grant : acl.shown()) {
            answer.open("Grant");
            switch (grant.grantee()) {
                case Grantee.User(String id, String name) ->
                    answer.openTyped("Grantee", "CanonicalUser")
                            .element("ID", id)
                            .element("DisplayName", name)
                            .close("Grantee");
                case Grantee.Group group ->
                    answer.openTyped("Grantee", "Group")
                            .element("URI", group.uri())
                            .close("Grantee");
            }
            answer.element("Permission", grant.permission()).close("Grant");
        }
        return answer.close("AccessControlList").close("AccessControlPolicy");
    }

    /** Reads a list that is to be set on something of that owner; throws MalformedACLError and the like. */
    public Acl read(byte[] document, BucketOwner owner) {
        var xml = XmlElement.parse(document, "AccessControlPolicy");
        var told = xml.all("Owner").stream().findFirst().flatMap(each -> each.value("ID"));
        if (told.isEmpty()) {
            throw malformed();
        }
        if (!told.get().equals(owner.canonicalId())) {
            throw S3Errors.accessDenied();
        }
        var list = xml.all("AccessControlList").stream().findFirst().orElseThrow(AclDocuments::malformed);
        var grants = list.all("Grant");
        if (grants.size() > Acl.MAX_GRANTS) {
            throw malformed();
        }
        return new Acl(grants.stream().map(this::grant).toList());
    }

    /** The list that grant headers describe; empty when there are none. */
    public Optional<Acl> ofHeaders(Function<String, Optional<String>> header) {
        var grants = new ArrayList<Acl.Grant>();
        HEADERS.forEach((name, permission) -> header.apply(name).ifPresent(text -> Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .map(each -> new Acl.Grant(grantee(each), permission))
                .forEach(grants::add)));
        return grants.isEmpty() ? Optional.empty() : Optional.of(new Acl(grants));
    }

    private Acl.Grant grant(XmlElement grant) {
        var grantee = grant.all("Grantee").stream().findFirst().orElseThrow(AclDocuments::malformed);
        var permission = grant.value("Permission")
                .map(String::strip)
                .flatMap(text -> Arrays.stream(AclPermission.values())
                        .filter(each -> each.name().equals(text))
                        .findFirst())
                .orElseThrow(AclDocuments::malformed);
        return new Acl.Grant(
                grantee.value("ID")
                        .map(this::user)
                        .or(() -> grantee.value("URI").map(AclDocuments::group))
                        .or(() -> grantee.value("EmailAddress").map(this::byEmail))
                        .orElseThrow(AclDocuments::malformed),
                permission);
    }

    private Grantee grantee(String text) {
        var equals = text.indexOf('=');
        var value = text.substring(equals + 1).strip().replaceAll("^\"|\"$", "");
        return switch (equals < 0 ? "" : text.substring(0, equals).strip()) {
            case "id" -> user(value);
            case "uri" -> group(value);
            case "emailAddress" -> byEmail(value);
            default -> throw S3Errors.invalidArgument("Argument format not recognized");
        };
    }

    private Grantee user(String id) {
        return accounts.ofCanonicalId(id.strip())
                .map(AclDocuments::asGrantee)
                .orElseThrow(() -> S3Errors.invalidArgument("Invalid id"));
    }

    private static Grantee group(String uri) {
        return Grantee.Group.ofUri(uri.strip()).orElseThrow(() -> S3Errors.invalidArgument("Invalid group uri"));
    }

    private Grantee byEmail(String address) {
        return accounts.ofEmail(address.strip())
                .map(AclDocuments::asGrantee)
                .orElseThrow(() -> AwsException.client(
                        "UnresolvableGrantByEmailAddress",
                        "The e-mail address you provided does not match any account on record."));
    }

    private static Grantee asGrantee(BucketOwner owner) {
        return new Grantee.User(owner.canonicalId(), owner.displayName());
    }

    private static AwsException malformed() {
        return AwsException.client(
                "MalformedACLError",
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    private static Map<String, AclPermission> headers() {
        var headers = new LinkedHashMap<String, AclPermission>();
        headers.put("x-amz-grant-read", AclPermission.READ);
        headers.put("x-amz-grant-write", AclPermission.WRITE);
        headers.put("x-amz-grant-read-acp", AclPermission.READ_ACP);
        headers.put("x-amz-grant-write-acp", AclPermission.WRITE_ACP);
        headers.put("x-amz-grant-full-control", AclPermission.FULL_CONTROL);
        return java.util.Collections.unmodifiableMap(headers);
    }
}
