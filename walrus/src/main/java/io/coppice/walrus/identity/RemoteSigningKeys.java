package io.coppice.walrus.identity;

import io.coppice.policy.MalformedPolicyException;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.Invalidation;
import io.coppice.proto.identity.v1.InvalidationsRequest;
import io.coppice.proto.identity.v1.SigningKeyRequest;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigningKey;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the Cloud Controller and keeps its answers as long as it allows, refusals for a moment only. Forgets what the
 * Cloud Controller tells it to forget, and everything whenever the stream of those tellings was cut. Thread-safe.
 */
public final class RemoteSigningKeys implements SigningKeys, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RemoteSigningKeys.class);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(1);
    private static final Duration REFUSAL_LIFE = Duration.ofSeconds(2);

    private final IdentityGrpc.IdentityBlockingStub identity;
    private final Clock clock;
    private final int maxEntries;
    private final Map<Key, Entry> cache = new LinkedHashMap<>();
    private final Context.CancellableContext watchContext = Context.current().withCancellation();
    private final Thread watcher;
    private volatile boolean watching;
    private long invalidations;

    private record Key(String accessKeyId, CredentialScope scope, String sessionToken) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Key[" + accessKeyId + ", " + scope + "]";
        }
    }

    private record Entry(Signer answer, Instant until, Instant expiresAt) {}

    /**
     * Asks over {@code channel}, which the caller owns, and starts to watch.
     *
     * @param maxEntries how many answers are kept; the oldest go first
     */
    public RemoteSigningKeys(Channel channel, Clock clock, int maxEntries) {
        this.identity = IdentityGrpc.newBlockingStub(channel);
        this.clock = clock;
        this.maxEntries = maxEntries;
        this.watcher = Thread.ofVirtual().name("walrus-identity-watch").start(watchContext.wrap(this::watch));
    }

    @Override
    public Signer find(String accessKeyId, CredentialScope scope, Optional<String> sessionToken) {
        var key = new Key(accessKeyId, scope, sessionToken.orElse(""));
        long askedAt;
        synchronized (cache) {
            var entry = cache.get(key);
            var now = clock.instant();
            if (entry != null && now.isBefore(entry.until()) && now.isBefore(entry.expiresAt())) {
                return entry.answer();
            }
            askedAt = invalidations;
        }
        var entry = ask(key);
        synchronized (cache) {
            // An answer that was under way when something was taken back may be the old one.
            if (askedAt == invalidations) {
                keep(key, entry);
            }
        }
        return entry.answer();
    }

    /** Whether the Cloud Controller is there and tells about keys taken back. */
    public boolean watching() {
        return watching;
    }

    @Override
    public void close() {
        watcher.interrupt();
        watchContext.cancel(null);
    }

    private Entry ask(Key key) {
        try {
            var answer = identity.withDeadlineAfter(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                    .getSigningKey(SigningKeyRequest.newBuilder()
                            .setAccessKeyId(key.accessKeyId())
                            .setDate(key.scope().date())
                            .setRegion(key.scope().region())
                            .setService(key.scope().service())
                            .setSessionToken(key.sessionToken())
                            .build());
            var signer = new SignerKey(
                    SigningKey.of(answer.getKey().toByteArray()),
                    principal(answer),
                    answer.getOriginKey().toByteArray());
            var end = answer.getExpiresAtSeconds();
            return new Entry(
                    signer,
                    clock.instant().plusSeconds(answer.getCacheSeconds()),
                    end == 0 ? Instant.MAX : Instant.ofEpochSecond(end));
        } catch (StatusRuntimeException e) {
            var refusal = refusal(e.getStatus().getCode())
                    .orElseThrow(
                            () -> new IdentityUnavailableException("the Cloud Controller does not tell who signed", e));
            return new Entry(refusal, clock.instant().plus(REFUSAL_LIFE), Instant.MAX);
        } catch (MalformedPolicyException e) {
            throw new IdentityUnavailableException(
                    "a policy that the Cloud Controller sent cannot be read here; is it of another version?", e);
        }
    }

    /** Who that is, with what binds them; throws {@link MalformedPolicyException}. */
    static Principal principal(io.coppice.proto.identity.v1.SigningKey answer) {
        var principal = answer.getPrincipal();
        return new Principal(
                principal.getAccountId(),
                principal.getCanonicalId(),
                principal.getAccountName().isEmpty() ? principal.getDisplayName() : principal.getAccountName(),
                principal.getSystem(),
                Permissions.of(principal.getArn(), principal.getUserId(), answer.getPolicies()));
    }

    private static Optional<Refusal> refusal(Status.Code code) {
        return switch (code) {
            case NOT_FOUND -> Optional.of(Refusal.UNKNOWN_KEY);
            case INVALID_ARGUMENT -> Optional.of(Refusal.INVALID_TOKEN);
            case FAILED_PRECONDITION -> Optional.of(Refusal.EXPIRED_TOKEN);
            default -> Optional.empty();
        };
    }

    private void keep(Key key, Entry entry) {
        cache.remove(key);
        cache.put(key, entry);
        if (cache.size() > maxEntries) {
            var oldest = cache.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private void watch() {
        while (!watchContext.isCancelled()) {
            try {
                identity.watchInvalidations(InvalidationsRequest.getDefaultInstance())
                        .forEachRemaining(this::forget);
            } catch (StatusRuntimeException e) {
                LOG.debugf("the watch for access keys taken back was cut: %s", e.getStatus());
            }
            watching = false;
            forget(null);
            try {
                Thread.sleep(RECONNECT_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void forget(@Nullable Invalidation invalidation) {
        watching = invalidation != null;
        synchronized (cache) {
            invalidations++;
            if (invalidation == null) {
                cache.clear();
            } else if (!invalidation.getAccountId().isEmpty()) {
                // Whose a refused key would be is not known.
                cache.values()
                        .removeIf(entry -> !(entry.answer() instanceof SignerKey signer)
                                || signer.principal().accountId().equals(invalidation.getAccountId()));
            } else if (invalidation.getAccessKeyId().isEmpty()) {
                cache.clear();
            } else {
                cache.keySet().removeIf(key -> key.accessKeyId().equals(invalidation.getAccessKeyId()));
            }
        }
    }
}
