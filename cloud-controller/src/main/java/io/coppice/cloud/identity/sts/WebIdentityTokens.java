package io.coppice.cloud.identity.sts;

import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;

/**
 * Checks tokens of identity providers (OpenID Connect Core 1.0, section 3.1.3.7; RFC 7519): issuer, signature, audience, time.
 * Only signatures with public keys count. Thread-safe.
 */
public final class WebIdentityTokens implements AutoCloseable {
    private static final int LONGEST = 20_000;
    private static final int ALLOWED_SKEW_SECONDS = 60;
    private static final AlgorithmConstraints ALGORITHMS = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512);

    private final Issuers issuers;
    private final IssuerKeys keys;
    private final Clock clock;

    public WebIdentityTokens(Database database, WebIdentityConfig config, Clock clock) {
        this.issuers = new Issuers(database, config);
        this.keys = new IssuerKeys(config, clock);
        this.clock = clock;
    }

    /**
     * A token that was proved.
     *
     * @param audience the client that it was made for
     */
    record Verified(Issuer issuer, String subject, String audience, JwtClaims claims) {}

    /**
     * Checks a token for an account. Throws {@code InvalidIdentityToken}, {@code ExpiredTokenException} or {@code
     * IDPCommunicationError}.
     *
     * @param account twelve digits: whose providers are trusted
     */
    Verified verify(String account, String token) {
        if (token.length() > LONGEST) {
            throw StsErrors.identityToken("The token has more than " + LONGEST + " characters.");
        }
        try {
            var unproved = read(token);
            var url = Optional.ofNullable(unproved.getJwtClaims().getIssuer()).orElse("");
            var issuer = issuers.find(account, url)
                    .orElseThrow(() ->
                            StsErrors.identityToken("No OpenIDConnect provider found in your account for " + url));
            var keyId = unproved.getJoseObjects().getFirst().getKeyIdHeaderValue();
            var claims = consumer(issuer, keyId == null ? "" : keyId).processToClaims(token);
            return new Verified(issuer, claims.getSubject(), audience(issuer, claims), claims);
        } catch (InvalidJwtException e) {
            throw refused(e);
        } catch (MalformedClaimException e) {
            throw StsErrors.identityToken("The ID Token provided is not a valid JWT.");
        }
    }

    @Override
    public void close() {
        keys.close();
    }

    private static JwtContext read(String token) throws InvalidJwtException {
        return new JwtConsumerBuilder()
                .setSkipAllValidators()
                .setDisableRequireSignature()
                .setSkipSignatureVerification()
                .build()
                .process(token);
    }

    private JwtConsumer consumer(Issuer issuer, String keyId) {
        return new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(ALGORITHMS)
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys.of(issuer, keyId)))
                .setExpectedIssuers(true, issuer.url(), issuer.url() + "/")
                .setExpectedAudience(true, issuer.audiences().toArray(String[]::new))
                .setRequireSubject()
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(ALLOWED_SKEW_SECONDS)
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build();
    }

    /** The party that the token was given to, where the issuer tells it (claim {@code azp}). */
    private static String audience(Issuer issuer, JwtClaims claims) throws MalformedClaimException {
        var party = claims.getStringClaimValue("azp");
        return party != null && issuer.audiences().contains(party)
                ? party
                : claims.getAudience().stream()
                        .filter(issuer.audiences()::contains)
                        .findFirst()
                        .orElse("");
    }

    private static AwsException refused(InvalidJwtException e) {
        if (e.hasErrorCode(ErrorCodes.EXPIRED)) {
            return StsErrors.expiredIdentityToken(
                    "Token expired: current date/time must be before the expiration date/time");
        }
        if (e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID) || e.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
            return StsErrors.identityToken("Incorrect token audience");
        }
        return e.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)
                ? StsErrors.identityToken("The signature of the token is not by a key of its issuer.")
                : StsErrors.identityToken(
                        "The ID Token provided is not a valid JWT. (You may see this error if you sent"
                                + " an Access Token)");
    }
}
