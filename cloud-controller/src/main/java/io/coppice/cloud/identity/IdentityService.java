package io.coppice.cloud.identity;

import com.google.protobuf.ByteString;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.Invalidation;
import io.coppice.proto.identity.v1.InvalidationsRequest;
import io.coppice.proto.identity.v1.Principal;
import io.coppice.proto.identity.v1.SigningKey;
import io.coppice.proto.identity.v1.SigningKeyRequest;
import io.coppice.wire.sign.CredentialScope;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The Identity service (identity.proto) for Walrus and the EBS controller. Thread-safe. */
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
    private static final int CACHE_SECONDS = 300;
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
        var found = keys.find(request.getAccessKeyId(), scope);
        if (found.isEmpty()) {
            answers.onError(Status.NOT_FOUND
                    .withDescription("nobody has this access key, or it is inactive")
                    .asRuntimeException());
            return;
        }
        var bounds = PolicyMessages.of(policies, found.get().principal().caller(request.getAccessKeyId()));
        if (bounds.isEmpty()) {
            answers.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(
                            "the policies that bind " + found.get().principal().arn() + " are too long")
                    .asRuntimeException());
            return;
        }
        keys.used(request.getAccessKeyId(), scope);
        answers.onNext(SigningKey.newBuilder()
                .setPolicies(bounds.get())
                .setOriginKey(ByteString.copyFrom(originKey.toBytes()))
                .setKey(ByteString.copyFrom(found.get().key().toBytes()))
                .setPrincipal(message(found.get().principal()))
                .setCacheSeconds(CACHE_SECONDS)
                .build());
        answers.onCompleted();
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
        var subscription = invalidations.listen(watcher::tell);
        watcher.answers.setOnCancelHandler(() -> {
            subscription.close();
            watchers.decrementAndGet();
        });
        watcher.tell(Optional.empty());
    }

    private static Principal message(io.coppice.cloud.identity.Principal principal) {
        return Principal.newBuilder()
                .setAccountId(principal.account().value())
                .setCanonicalId(principal.canonicalId())
                .setArn(principal.arn())
                .setUserId(principal.userId())
                .setDisplayName(principal.displayName())
                .setSystem(principal.system())
                .build();
    }

    /** A stream that a watcher reads; gRPC wants one writer at a time. */
    private static final class Watcher {
        private final ServerCallStreamObserver<Invalidation> answers;

        Watcher(ServerCallStreamObserver<Invalidation> answers) {
            this.answers = answers;
        }

        synchronized void tell(Optional<String> accessKeyId) {
            if (!answers.isCancelled()) {
                answers.onNext(Invalidation.newBuilder()
                        .setAccessKeyId(accessKeyId.orElse(""))
                        .build());
            }
        }
    }
}
