package io.coppice.cloud.identity;

import com.google.protobuf.ByteString;
import io.coppice.cloud.identity.session.KeyLookup;
import io.coppice.cloud.identity.session.LegacyLookup;
import io.coppice.proto.identity.v1.FindAccountRequest;
import io.coppice.proto.identity.v1.FoundAccount;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.Invalidation;
import io.coppice.proto.identity.v1.InvalidationsRequest;
import io.coppice.proto.identity.v1.LegacySignatureRequest;
import io.coppice.proto.identity.v1.Principal;
import io.coppice.proto.identity.v1.SigningKey;
import io.coppice.proto.identity.v1.SigningKeyRequest;
import io.coppice.wire.sign.CredentialScope;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The Identity service (identity.proto) for Walrus and the EBS controller. Thread-safe. */
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
    private static final int CACHE_SECONDS = 300;
    private static final int SESSION_CACHE_SECONDS = 60;
    private static final int MAX_WATCHERS = 1_000;

    private final AccessKeys keys;
    private final PolicySource policies;
    private final OriginKey originKey;
    private final Invalidations invalidations;
    private final AtomicInteger watchers = new AtomicInteger();

    public IdentityService(AccessKeys keys, PolicySource policies, OriginKey originKey, Invalidations invalidations) {
        this.originKey = originKey;
        this.keys = keys;
        this.policies = policies;
        this.invalidations = invalidations;
    }

    @Override
    public void getSigningKey(SigningKeyRequest request, StreamObserver<SigningKey> answers) {
        var scope = new CredentialScope(request.getDate(), request.getRegion(), request.getService());
        var token = Optional.of(request.getSessionToken()).filter(text -> !text.isEmpty());
        switch (keys.lookup(request.getAccessKeyId(), scope, token)) {
            case KeyLookup.Refused refused -> answers.onError(status(refused).asRuntimeException());
            case KeyLookup.Found found -> {
                keys.used(request.getAccessKeyId(), scope);
                var message = SigningKey.newBuilder()
                        .setKey(ByteString.copyFrom(found.key().toBytes()))
                        .setCacheSeconds(cacheSeconds(found))
                        .setExpiresAtSeconds(
                                found.expiresAt().map(Instant::getEpochSecond).orElse(0L));
                answer(message, found.principal(), request.getAccessKeyId(), answers);
            }
        }
    }

    @Override
    public void checkLegacySignature(LegacySignatureRequest request, StreamObserver<SigningKey> answers) {
        if (!request.getSessionToken().isEmpty()) {
            answers.onError(Status.INVALID_ARGUMENT
                    .withDescription("temporary credentials sign with version 4 only")
                    .asRuntimeException());
            return;
        }
        if (!(keys.findLegacy(request.getAccessKeyId(), Optional.empty()) instanceof LegacyLookup.Found access)) {
            answers.onError(status(KeyLookup.Refused.UNKNOWN_KEY).asRuntimeException());
            return;
        }
        if (!access.key().signed("HmacSHA1", request.getText(), request.getSignature())) {
            answers.onError(Status.UNAUTHENTICATED
                    .withDescription("the signature is another one")
                    .asRuntimeException());
            return;
        }
        // It has neither day nor region; what it was used for last is told as of today.
        keys.used(request.getAccessKeyId(), new CredentialScope("", "", "s3"));
        answer(
                SigningKey.newBuilder().setCacheSeconds(CACHE_SECONDS),
                access.principal(),
                request.getAccessKeyId(),
                answers);
    }

    @Override
    public void findAccount(FindAccountRequest request, StreamObserver<FoundAccount> answers) {
        // Accounts have no e-mail address here.
        var found = request.getCanonicalId().isEmpty()
                ? Optional.<AccountRow>empty()
                : keys.account(request.getCanonicalId());
        if (found.isEmpty()) {
            answers.onError(
                    Status.NOT_FOUND.withDescription("there is no such account").asRuntimeException());
            return;
        }
        answers.onNext(FoundAccount.newBuilder()
                .setAccountId(found.get().id())
                .setCanonicalId(found.get().canonicalId())
                .setDisplayName(found.get().name())
                .build());
        answers.onCompleted();
    }

    private void answer(
            SigningKey.Builder message,
            io.coppice.cloud.identity.Principal principal,
            String accessKeyId,
            StreamObserver<SigningKey> answers) {
        var bounds = PolicyMessages.of(policies, principal.caller(accessKeyId));
        if (bounds.isEmpty()) {
            answers.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("the policies that bind " + principal.arn() + " are too long")
                    .asRuntimeException());
            return;
        }
        answers.onNext(message.setPolicies(bounds.get())
                .setOriginKey(ByteString.copyFrom(originKey.toBytes()))
                .setPrincipal(message(principal))
                .build());
        answers.onCompleted();
    }

    private static Status status(KeyLookup.Refused refused) {
        return switch (refused.fault()) {
            case INVALID_TOKEN ->
                Status.INVALID_ARGUMENT.withDescription("the session token is not of this access key");
            case EXPIRED_TOKEN -> Status.FAILED_PRECONDITION.withDescription("the session has ended");
            default -> Status.NOT_FOUND.withDescription("nobody has this access key, or it is inactive");
        };
    }

    /** Sessions are asked for again soon: that their role was deleted is not told by their access key. */
    private static int cacheSeconds(KeyLookup.Found found) {
        return found.expiresAt().isPresent() ? SESSION_CACHE_SECONDS : CACHE_SECONDS;
    }

    @Override
    public void watchInvalidations(InvalidationsRequest request, StreamObserver<Invalidation> answers) {
        if (watchers.incrementAndGet() > MAX_WATCHERS) {
            watchers.decrementAndGet();
            answers.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("more than " + MAX_WATCHERS + " watch already")
                    .asRuntimeException());
            return;
        }
        var watcher = new Watcher((ServerCallStreamObserver<Invalidation>) answers);
        var subscription = invalidations.listen(change -> watcher.tell(message(change)));
        watcher.answers.setOnCancelHandler(() -> {
            subscription.close();
            watchers.decrementAndGet();
        });
        watcher.tell(Invalidation.getDefaultInstance());
    }

    private static Invalidation message(Invalidations.Change change) {
        return switch (change) {
            case Invalidations.Change.OfKey key ->
                Invalidation.newBuilder().setAccessKeyId(key.accessKeyId()).build();
            case Invalidations.Change.OfAccount of ->
                Invalidation.newBuilder().setAccountId(of.account().value()).build();
        };
    }

    private Principal message(io.coppice.cloud.identity.Principal principal) {
        return Principal.newBuilder()
                .setAccountId(principal.account().value())
                .setCanonicalId(principal.canonicalId())
                .setArn(principal.arn())
                .setUserId(principal.userId())
                .setDisplayName(principal.displayName())
                .setSystem(principal.system())
                .setAccountName(keys.account(principal.canonicalId())
                        .map(AccountRow::name)
                        .orElse(""))
                .build();
    }

    /** A stream that a watcher reads; gRPC wants one writer at a time. */
    private static final class Watcher {
        private final ServerCallStreamObserver<Invalidation> answers;

        Watcher(ServerCallStreamObserver<Invalidation> answers) {
            this.answers = answers;
        }

        synchronized void tell(Invalidation invalidation) {
            if (!answers.isCancelled()) {
                answers.onNext(invalidation);
            }
        }
    }
}
