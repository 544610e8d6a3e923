package io.coppice.walrus.http;

import io.coppice.walrus.acl.Acl;
import io.coppice.walrus.acl.AclDocuments;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hibernate.StatelessSession;

/** Makes, shows and removes buckets. Thread-safe. */
final class BucketOperations {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_BUCKETS = 10_000;
    /** As AWS names regions: {@code eu-west-1}, {@code us-gov-east-1}; the first one of Europe has an older name too. */
    private static final Pattern REGION_NAME = Pattern.compile("EU|[a-z]{2}(-[a-z]{2,12}){1,2}-\\d{1,2}");

    private static final String CLASSIC_REGION = "us-east-1";

    private final Store store;
    private final AclDocuments acls;
    private final String region;

    BucketOperations(Store store, AclDocuments acls, String region) {
        this.store = store;
        this.acls = acls;
        this.region = region;
    }

    void list(S3Exchange exchange) {
        var request = exchange.request();
        var max = Math.min(MAX_BUCKETS, request.number("max-buckets", MAX_BUCKETS));
        var prefix = request.parameter("prefix").orElse("");
        var after = request.parameter("continuation-token").orElse("");
        var buckets = store.transactions()
                .call(session -> store.buckets().list(session, exchange.caller().accountId(), prefix, after, max + 1));
        var truncated = buckets.size() > max;
        var shown = truncated ? buckets.subList(0, max) : buckets;
        var answer = XmlWriter.document("ListAllMyBucketsResult");
        UploadListings.owner(answer, "Owner", exchange.caller().asOwner());
        answer.open("Buckets");
        for (var bucket : shown) {
            answer.open("Bucket")
                    .element("Name", bucket.name())
                    .element("CreationDate", S3Exchange.xmlDate(bucket.createdAt()))
                    .element("BucketRegion", bucket.region())
                    .close("Bucket");
        }
        answer.close("Buckets");
        if (truncated && !shown.isEmpty()) {
            answer.element("ContinuationToken", shown.getLast().name());
        }
        exchange.xml(answer.close("ListAllMyBucketsResult"));
    }

    void create(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        if (!BucketNames.isValid(request.bucket())) {
            throw S3Errors.invalidBucketName();
        }
        var ownership = request.header("x-amz-object-ownership").map(word -> Ownership.named(word)
                .orElseThrow(() -> S3Errors.invalidArgument("Invalid x-amz-object-ownership header: " + word)));
        var owner = exchange.caller().asOwner();
        var acl = acl(request, owner, ownership.orElse(Ownership.WRITER));
        var locked = request.header("x-amz-bucket-object-lock-enabled")
                .filter("true"::equalsIgnoreCase)
                .isPresent();
        var location = location(exchange.incoming().read(MAX_BODY_BYTES));
        location.ifPresent(this::checkLocation);
        var name = request.bucket();
        store.transactions().call(session -> {
            if (!store.buckets().create(session, name, owner, location.orElse(region))) {
                checkRecreation(session, name, owner, acl);
                return true;
            }
            var bucketId = store.buckets().find(session, name).orElseThrow().bucketId();
            acl.ifPresent(each -> store.buckets().set(session, bucketId, BucketSetting.ACL, Optional.of(each.text())));
            ownership.ifPresent(each -> store.buckets()
                    .set(session, bucketId, BucketSetting.OWNERSHIP_CONTROLS, Optional.of(each.document())));
            if (locked) {
                store.buckets().enableObjectLock(session, bucketId);
            }
            return true;
        });
        exchange.header("Location", "/" + name);
        exchange.ok();
    }

    /** In the oldest region it is no error to make a bucket anew that one has already, unless another list is asked for. */
    private void checkRecreation(StatelessSession session, String name, BucketOwner owner, Optional<Acl> acl) {
        var present = store.buckets().find(session, name);
        if (present.filter(bucket -> bucket.accountId().equals(owner.accountId()))
                .isEmpty()) {
            throw S3Errors.alreadyExists();
        }
        if (!present.get().setting(BucketSetting.ACL).equals(acl.map(Acl::text))) {
            throw S3Errors.alreadyExists();
        }
        if (!present.get().region().equals(CLASSIC_REGION)) {
            throw S3Errors.alreadyOwned();
        }
    }

    private Optional<Acl> acl(S3Request request, BucketOwner owner, Ownership ownership) {
        var canned = request.header("x-amz-acl");
        var acl = canned.map(each -> Acl.canned(each, owner, owner)).or(() -> acls.ofHeaders(request::header));
        if (acl.isPresent() && ownership == Ownership.ENFORCED && !canned.equals(Optional.of("private"))) {
            throw S3Errors.invalidRequest(
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced" + " setting");
        }
        return acl;
    }

    private static Optional<String> location(byte[] body) {
        return body.length == 0
                ? Optional.empty()
                : XmlElement.parse(body, "CreateBucketConfiguration")
                        .value("LocationConstraint")
                        .filter(text -> !text.isEmpty());
    }

    /** The oldest region's endpoint makes buckets for all regions, those of the others only for their own. */
    private void checkLocation(String location) {
        if (location.equals(region)) {
            return;
        }
        if (!region.equals(CLASSIC_REGION)) {
            throw S3Errors.foreignLocation(location);
        }
        if (!REGION_NAME.matcher(location).matches()) {
            throw S3Errors.invalidLocation();
        }
    }

    void head(S3Exchange exchange) {
        exchange.header("x-amz-bucket-region", exchange.bucket().region());
        exchange.header("x-amz-access-point-alias", "false");
        exchange.header("Content-Type", "application/xml");
        exchange.ok();
    }

    void delete(S3Exchange exchange) {
        store.transactions().call(session -> {
            if (!store.buckets().delete(session, store.uploads(), exchange.bucket())) {
                throw S3Errors.bucketNotEmpty();
            }
            return true;
        });
        exchange.noContent();
    }

    void location(S3Exchange exchange) {
        var bucket = exchange.bucket();
        // The oldest region has no name here, as in S3 itself.
        var shown = bucket.region().equals(CLASSIC_REGION) ? "" : bucket.region();
        exchange.xml(new XmlWriter().root("LocationConstraint", shown));
    }
}
