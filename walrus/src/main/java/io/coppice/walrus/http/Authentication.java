package io.coppice.walrus.http;

import io.coppice.walrus.body.ChunkSignatures;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.identity.SigningKeys;
import io.coppice.wire.sign.OriginStamp;
import io.coppice.wire.sign.RequestSignature;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SignatureVerifier;
import java.time.Clock;
import java.util.Optional;

/** Finds out who signed a request. Thread-safe. */
final class Authentication {
    private final Identity identity;
    private final SignatureVerifier verifier;
    private final Clock clock;

    Authentication(Identity identity, Clock clock) {
        this.identity = identity;
        this.clock = clock;
        this.verifier = new SignatureVerifier(SignatureDialect.S3, clock);
    }

    /**
     * A signer and how the signature speaks of the body.
     *
     * @param request as it came, with the origin that the users' door told where it passed it on
     * @param chunks continues the signature over the chunks of a streamed body; empty where that has none of version 4
     */
    record Signed(Principal principal, S3Request request, String payloadHash, Optional<ChunkSignatures> chunks) {}

    /** Who signed, or nobody when the request is not signed; throws the S3 error when it is not signed rightly. */
    Signed authenticate(S3Request request) {
        var old = SignatureV2.of(request, clock);
        if (old.isPresent()) {
            return new Signed(legacy(old.get(), request), request, looseHash(request), Optional.empty());
        }
        var signable = request.signable();
        var signature = RequestSignature.of(SignatureDialect.S3, signable);
        return signature.isPresent()
                ? signed(request, signature.get())
                : new Signed(Principal.ANONYMOUS, request, looseHash(request), Optional.empty());
    }

    private Signed signed(S3Request request, RequestSignature signature) {
        var signable = request.signable();
        var found = identity.keys().find(signature.accessKeyId(), signature.scope(), signature.sessionToken());
        if (!(found instanceof SigningKeys.SignerKey signer)) {
            throw refusal(found);
        }
        var payloadHash = SignatureVerifier.payloadHash(signature, signable);
        verifier.verify(signature, signable, payloadHash, signer.key());
        return new Signed(
                signer.principal(),
                origin(request, signer),
                payloadHash,
                Optional.of(
                        new ChunkSignatures(signer.key(), signature.time(), signature.scope(), signature.signature())));
    }

    private Principal legacy(SignatureV2 signature, S3Request request) {
        var token = request.header("x-amz-security-token").or(() -> request.parameter("x-amz-security-token"));
        SigningKeys.Signer found = SigningKeys.Refusal.MISMATCH;
        for (var text : signature.texts()) {
            if (found == SigningKeys.Refusal.MISMATCH) {
                found = identity.legacy().check(signature.accessKeyId(), text, signature.signature(), token);
            }
        }
        return switch (found) {
            case SigningKeys.Known known -> known.principal();
            case SigningKeys.SignerKey key -> key.principal();
            case SigningKeys.Refusal refused -> throw refusal(refused);
        };
    }

    private static RuntimeException refusal(SigningKeys.Signer found) {
        return SignatureDialect.S3.error(
                found instanceof SigningKeys.Refusal refusal ? refusal.fault() : SignatureFault.UNKNOWN_KEY, "");
    }

    /** Where no signature covers the body, what the head says of it is believed as far as the body agrees. */
    private static String looseHash(S3Request request) {
        return request.header("x-amz-content-sha256").orElse(SigV4.UNSIGNED_PAYLOAD);
    }

    /** A stamp that is not the door's own is no stamp. */
    private S3Request origin(S3Request request, SigningKeys.SignerKey signer) {
        if (signer.originKey().length == 0) {
            return request;
        }
        return request.header(OriginStamp.HEADER)
                .flatMap(value -> OriginStamp.read(signer.originKey(), value, clock.instant()))
                .map(stamp -> request.from(stamp.address(), stamp.secure()))
                .orElse(request);
    }
}
