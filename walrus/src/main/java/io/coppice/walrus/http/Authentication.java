package io.coppice.walrus.http;

import io.coppice.walrus.body.ChunkSignatures;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.identity.SigningKeys;
import io.coppice.wire.sign.OriginStamp;
import io.coppice.wire.sign.RequestSignature;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import io.coppice.wire.sign.SignatureVerifier;
import java.time.Clock;

/** Finds out who signed a request. Thread-safe. */
final class Authentication {
    private final SigningKeys keys;
    private final SignatureVerifier verifier;
    private final Clock clock;

    Authentication(SigningKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
        this.verifier = new SignatureVerifier(SignatureDialect.S3, clock);
    }

    /**
     * A signer and how the signature speaks of the body.
     *
     * @param request as it came, with the origin that the users' door told where it passed it on
     * @param chunks continues the signature over the chunks of a streamed body
     */
    record Signed(Principal principal, S3Request request, String payloadHash, ChunkSignatures chunks) {}

    /** Throws the S3 error when the request is not signed, or not rightly. */
    Signed authenticate(S3Request request) {
        var signable = request.signable();
        var signature = RequestSignature.of(SignatureDialect.S3, signable)
                .orElseThrow(() -> SignatureDialect.S3.error(SignatureFault.MISSING, ""));
        var signer =
                switch (keys.find(signature.accessKeyId(), signature.scope(), signature.sessionToken())) {
                    case SigningKeys.SignerKey key -> key;
                    case SigningKeys.Refusal refusal -> throw SignatureDialect.S3.error(refusal.fault(), "");
                };
        var payloadHash = SignatureVerifier.payloadHash(signature, signable);
        verifier.verify(signature, signable, payloadHash, signer.key());
        return new Signed(
                signer.principal(),
                origin(request, signer),
                payloadHash,
                new ChunkSignatures(signer.key(), signature.time(), signature.scope(), signature.signature()));
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
