package io.coppice.walrus.identity;

import io.coppice.policy.MalformedPolicyException;
import io.coppice.proto.identity.v1.FindAccountRequest;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.LegacySignatureRequest;
import io.coppice.walrus.metadata.BucketOwner;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the Cloud Controller each time: what is seldom asked is not kept. Thread-safe. */
public final class RemoteIdentity implements LegacySignatures, Accounts {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private final IdentityGrpc.IdentityBlockingStub identity;

    /** Asks over {@code channel}, which the caller owns. */
    public RemoteIdentity(Channel channel) {
        this.identity = IdentityGrpc.newBlockingStub(channel);
    }

    @Override
    public SigningKeys.Signer check(String accessKeyId, String text, String signature, Optional<String> sessionToken) {
        try {
            var answer = stub().checkLegacySignature(LegacySignatureRequest.newBuilder()
                    .setAccessKeyId(accessKeyId)
                    .setText(text)
                    .setSignature(signature)
                    .setSessionToken(sessionToken.orElse(""))
                    .build());
            return new SigningKeys.Known(RemoteSigningKeys.principal(answer));
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                case NOT_FOUND -> SigningKeys.Refusal.UNKNOWN_KEY;
                case UNAUTHENTICATED -> SigningKeys.Refusal.MISMATCH;
                case INVALID_ARGUMENT -> SigningKeys.Refusal.INVALID_TOKEN;
                case FAILED_PRECONDITION -> SigningKeys.Refusal.EXPIRED_TOKEN;
                default -> throw unavailable(e);
            };
        } catch (MalformedPolicyException e) {
            throw new IdentityUnavailableException(
                    "a policy that the Cloud Controller sent cannot be read here; is it of another version?", e);
        }
    }

    @Override
    public Optional<BucketOwner> ofCanonicalId(String canonicalId) {
        return find(FindAccountRequest.newBuilder().setCanonicalId(canonicalId).build());
    }

    @Override
    public Optional<BucketOwner> ofEmail(String address) {
        return find(FindAccountRequest.newBuilder().setEmail(address).build());
    }

    private Optional<BucketOwner> find(FindAccountRequest request) {
        try {
            var found = stub().findAccount(request);
            return Optional.of(new BucketOwner(found.getAccountId(), found.getCanonicalId(), found.getDisplayName()));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw unavailable(e);
        }
    }

    private IdentityGrpc.IdentityBlockingStub stub() {
        return identity.withDeadlineAfter(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static IdentityUnavailableException unavailable(StatusRuntimeException cause) {
        return new IdentityUnavailableException("the Cloud Controller does not tell who signed", cause);
    }
}
