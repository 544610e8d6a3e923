package io.coppice.walrus.http;

import io.coppice.walrus.acl.Acl;
import io.coppice.walrus.acl.AclDocuments;
import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.acl.Ownership;
import io.coppice.walrus.acl.PublicAccessBlock;
import io.coppice.walrus.lock.LockRules;
import io.coppice.walrus.metadata.ObjectLock;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.notification.EventKind;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.walrus.tagging.Tags;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Access control lists, tags, retention and legal holds of versions. Thread-safe. */
final class ObjectSettings {
    private static final int MAX_BODY_BYTES = 64 * 1024;

    private final Store store;
    private final ObjectFinder finder;
    private final Drafts drafts;
    private final Authorization authorization;
    private final Happenings happenings;
    private final LockRules locks;

    ObjectSettings(
            Store store, ObjectFinder finder, Drafts drafts, Authorization authorization, Happenings happenings) {
        this.store = store;
        this.finder = finder;
        this.drafts = drafts;
        this.authorization = authorization;
        this.happenings = happenings;
        this.locks = new LockRules(store.clock());
    }

    void getAcl(S3Exchange exchange) {
        var object = find(exchange, AclPermission.READ_ACP);
        var enforced = Ownership.of(exchange.bucket()) == Ownership.ENFORCED;
        var owner = enforced ? exchange.bucket().owner() : object.traits().owner();
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.xml(AclDocuments.write(
                enforced ? Acl.ofOwner(owner) : Acl.parse(object.traits().acl(), owner), owner));
    }

    void putAcl(S3Exchange exchange) throws IOException {
        var bucket = exchange.bucket();
        var body = exchange.incoming().read(MAX_BODY_BYTES);
        var header = exchange.request();
        var block = PublicAccessBlock.of(bucket);
        var object = change(exchange, AclPermission.WRITE_ACP, Optional.of(EventKind.ACL), (row, traits) -> {
            var byHeaders = drafts.acl(header::header, traits.owner(), bucket, block);
            if (byHeaders.isEmpty() && body.length == 0) {
                throw S3Errors.invalidRequest(
                        "The request names no access control list: send x-amz-acl, grant headers" + " or a document");
            }
            var acl = byHeaders.isPresent()
                    ? byHeaders
                    : Optional.of(drafts.acls().read(body, traits.owner()));
            Drafts.check(acl, bucket, block, header.header("x-amz-acl").orElse(""));
            return new ObjectTraits(
                    traits.owner(),
                    acl.map(Acl::text),
                    traits.tags(),
                    traits.storageClass(),
                    traits.encryption(),
                    traits.lock());
        });
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.ok();
    }

    void getTags(S3Exchange exchange) {
        var object = find(exchange, AclPermission.READ);
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.xml(Tags.document(object.traits().tags()));
    }

    void putTags(S3Exchange exchange) throws IOException {
        var tags = Tags.ofDocument(exchange.incoming().read(MAX_BODY_BYTES), Tags.MAX_OF_OBJECT);
        var object = change(
                exchange, AclPermission.WRITE, Optional.of(EventKind.TAG), (row, traits) -> traits.withTags(tags));
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.ok();
    }

    void deleteTags(S3Exchange exchange) {
        var object = change(
                exchange,
                AclPermission.WRITE,
                Optional.of(EventKind.UNTAG),
                (row, traits) -> traits.withTags(Optional.empty()));
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.noContent();
    }

    void getRetention(S3Exchange exchange) {
        checkLockable(exchange);
        var lock = find(exchange, AclPermission.READ).traits().lock();
        var until = lock.until().orElseThrow(() -> noLock());
        exchange.xml(XmlWriter.document("Retention")
                .element("Mode", lock.mode().orElse(""))
                .element("RetainUntilDate", S3Exchange.xmlDate(until))
                .close("Retention"));
    }

    void putRetention(S3Exchange exchange) throws IOException {
        checkLockable(exchange);
        var wanted = LockRules.parseRetention(exchange.incoming().read(MAX_BODY_BYTES));
        var request = exchange.request();
        var bypass = request.header("x-amz-bypass-governance-retention")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent()
                && authorization.mayBypassGovernance(request, exchange.caller(), exchange.bucket(), request.key());
        changeLock(exchange, present -> {
            locks.checkChange(present, wanted, bypass);
            return present.withRetention(wanted.mode(), wanted.until());
        });
        exchange.ok();
    }

    void getLegalHold(S3Exchange exchange) {
        checkLockable(exchange);
        var lock = find(exchange, AclPermission.READ).traits().lock();
        exchange.xml(XmlWriter.document("LegalHold")
                .element("Status", lock.legalHold() ? "ON" : "OFF")
                .close("LegalHold"));
    }

    void putLegalHold(S3Exchange exchange) throws IOException {
        checkLockable(exchange);
        var on = LockRules.parseLegalHold(exchange.incoming().read(MAX_BODY_BYTES));
        changeLock(exchange, present -> present.withLegalHold(on));
        exchange.ok();
    }

    private void changeLock(S3Exchange exchange, java.util.function.UnaryOperator<ObjectLock> change) {
        change(
                exchange,
                AclPermission.WRITE,
                Optional.empty(),
                (row, traits) -> new ObjectTraits(
                        traits.owner(),
                        traits.acl(),
                        traits.tags(),
                        traits.storageClass(),
                        traits.encryption(),
                        change.apply(traits.lock())));
    }

    private static void checkLockable(S3Exchange exchange) {
        if (!exchange.bucket().objectLock()) {
            throw S3Errors.invalidRequest("Bucket is missing Object Lock Configuration");
        }
    }

    private static AwsException noLock() {
        return S3Errors.notThere(
                "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");
    }

    private ObjectRow find(S3Exchange exchange, AclPermission wanted) {
        return store.transactions().call(session -> finder.find(session, exchange, wanted));
    }

    private ObjectRow change(
            S3Exchange exchange,
            AclPermission wanted,
            Optional<EventKind> event,
            BiFunction<ObjectRow, ObjectTraits, ObjectTraits> change) {
        return store.transactions().call(session -> {
            // Two changes at a time would each write back what the other changed.
            store.versions()
                    .holdKeys(
                            session,
                            exchange.bucket().bucketId(),
                            List.of(exchange.request().key()));
            store.objects()
                    .findForUpdate(
                            session,
                            exchange.bucket().bucketId(),
                            exchange.request().key());
            var object = finder.find(session, exchange, wanted);
            store.versions().change(session, object.objectId(), change.apply(object, object.traits()));
            event.ifPresent(kind -> happenings.changed(session, exchange, kind, object));
            return object;
        });
    }
}
