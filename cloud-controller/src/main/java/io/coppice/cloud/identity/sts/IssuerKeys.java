package io.coppice.cloud.identity.sts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.lang.JoseException;

/**
 * The public keys of issuers: their discovery document and key set (OpenID Connect Discovery 1.0, section 4; RFC 7517),
 * fetched when they are needed and kept for a while. Remote calls on request threads, because the answer depends on them;
 * time and size are limited, redirects are not followed. Tenants name issuers too, so theirs must be HTTPS and not on this
 * machine. Thread-safe.
 */
final class IssuerKeys implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);
    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final int OK = 200;
    private static final int MAX_ISSUERS = 1_000;
    /** A token with a key that is not known yet makes us look again, but not more often than this. */
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final WebIdentityConfig config;
    private final Clock clock;
    private final HttpClient http;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    IssuerKeys(WebIdentityConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.http = HttpClient.newBuilder()
                .connectTimeout(config.oidcTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * The issuer's keys. Throws {@code IDPCommunicationError} when it does not answer, {@code InvalidIdentityToken} when its
     * answer is none.
     *
     * @param keyId of the token: when it is not among the known keys they are fetched again; empty when it names none
     */
    List<JsonWebKey> of(Issuer issuer, String keyId) {
        var now = clock.instant();
        var known = kept.get(issuer.url());
        if (known != null && known.usable(keyId, now, config.oidcKeysFor())) {
            return known.keys();
        }
        var keys = fetch(issuer);
        if (kept.size() >= MAX_ISSUERS) {
            kept.clear();
        }
        kept.put(issuer.url(), new Kept(keys, now));
        return keys;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private List<JsonWebKey> fetch(Issuer issuer) {
        try {
            var discovery = JSON.readTree(get(issuer, URI.create(issuer.url() + DISCOVERY)));
            if (!discovery.path("issuer").asText().replaceFirst("/$", "").equals(issuer.url())) {
                throw StsErrors.identityToken("The discovery document of " + issuer.url() + " is of another issuer.");
            }
            var keySet = get(issuer, URI.create(discovery.path("jwks_uri").asText()));
            return List.copyOf(new JsonWebKeySet(keySet).getJsonWebKeys());
        } catch (IllegalArgumentException | JoseException | JsonProcessingException e) {
            LOG.debugf("what %s answers is not understood: %s", issuer.url(), e.getMessage());
            throw StsErrors.identityToken("Couldn't retrieve verification key from your identity provider, please"
                    + " reference AssumeRoleWithWebIdentity documentation for requirements");
        } catch (IOException e) {
            LOG.debugf("%s does not answer: %s", issuer.url(), e.getMessage());
            throw StsErrors.providerAway("The identity provider " + issuer.url() + " did not answer. Try again later.");
        }
    }

    private String get(Issuer issuer, URI uri) throws IOException {
        checkReachable(issuer, uri);
        var request = HttpRequest.newBuilder(uri)
                .timeout(config.oidcTimeout())
                .header("Accept", "application/json")
                .build();
        var sent = http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), config.oidcMaxBytes()));
        try {
            var answer = sent.get(config.oidcTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != OK) {
                throw new IOException(uri + " answered with status " + answer.statusCode());
            }
            return new String(answer.body(), StandardCharsets.UTF_8);
        } catch (ExecutionException e) {
            throw new IOException("no answer from " + uri + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            sent.cancel(true);
            throw new IOException("no whole answer from " + uri + " within " + config.oidcTimeout(), e);
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + uri + " was asked", e);
        }
    }

    /** Tenants must not make the Cloud Controller talk to itself or to what listens on this machine only. */
    private static void checkReachable(Issuer issuer, URI uri) throws IOException {
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(uri + " names no host");
        }
        if (issuer.byOperator()) {
            return;
        }
        if (!"https".equals(uri.getScheme())) {
            throw new IllegalArgumentException(uri + " is not HTTPS");
        }
        for (var address : InetAddress.getAllByName(uri.getHost())) {
            if (address.isLoopbackAddress()
                    || address.isLinkLocalAddress()
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()) {
                throw new IllegalArgumentException(uri + " is not on a network");
            }
        }
    }

    private record Kept(List<JsonWebKey> keys, Instant fetchedAt) {
        boolean usable(String keyId, Instant now, Duration life) {
            var age = Duration.between(fetchedAt, now);
            var known = keyId.isEmpty() || keys.stream().anyMatch(key -> keyId.equals(key.getKeyId()));
            return age.compareTo(known ? life : LOOK_AGAIN_AFTER) < 0;
        }
    }
}
