package io.coppice.foundation.pki;

import io.coppice.foundation.role.RoleStartException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The certificate with which a party proves itself, as it stands now. Doors and channels ask for it at every handshake,
 * so a renewed one is used without a restart; connections that are open stay. Thread-safe.
 */
public final class OwnCertificate {
    private static final Logger LOG = Logger.getLogger(OwnCertificate.class);
    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    private final Optional<Supplier<TlsMaterial>> source;
    private final Clock clock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile Present present;

    /** A handshake asks for alias, chain and key one after the other: the one before is kept for those under way. */
    private record Present(TlsMaterial material, Optional<TlsMaterial> before, Instant lookAgainAt) {}

    private OwnCertificate(TlsMaterial first, Optional<Supplier<TlsMaterial>> source, Clock clock) {
        this.source = source;
        this.clock = clock;
        this.present = new Present(first, Optional.empty(), clock.instant().plus(LOOK_EVERY));
    }

    /** A certificate that changes only by {@link #replace}. */
    public static OwnCertificate of(TlsMaterial material) {
        return new OwnCertificate(material, Optional.empty(), Clock.systemUTC());
    }

    /**
     * A certificate that is looked for again at most once an hour, when a handshake needs it. The source renews what
     * is about to end and gives it, or gives what it gave before; a {@link RoleStartException} of its leaves all as it is.
     */
    public static OwnCertificate from(Supplier<TlsMaterial> source, Clock clock) {
        return new OwnCertificate(source.get(), Optional.of(source), clock);
    }

    /** The certificate and its key as they are now. */
    public TlsMaterial current() {
        if (source.isPresent() && !clock.instant().isBefore(present.lookAgainAt()) && looking.tryLock()) {
            try {
                look(source.get());
            } finally {
                looking.unlock();
            }
        }
        return present.material();
    }

    /** From the next handshake on this one is shown. It must speak for the same party under the same authority. */
    public void replace(TlsMaterial renewed) {
        var old = present.material();
        if (!renewed.identity().equals(old.identity()) || !renewed.authority().equals(old.authority())) {
            throw new IllegalArgumentException(renewed + " cannot take the place of " + old);
        }
        present = new Present(renewed, Optional.of(old), clock.instant().plus(LOOK_EVERY));
    }

    /** Shows the current certificate in every handshake, on either side. */
    public X509ExtendedKeyManager keyManager() {
        return new Keys();
    }

    private void look(Supplier<TlsMaterial> renewing) {
        var old = present;
        try {
            var found = renewing.get();
            if (found.chain().equals(old.material().chain())) {
                present = new Present(
                        old.material(), old.before(), clock.instant().plus(LOOK_EVERY));
                return;
            }
            replace(found);
            LOG.infof("the certificate of %s is a new one, valid until %s", found.identity(), found.endsAt());
        } catch (RoleStartException | IllegalArgumentException e) {
            present = new Present(old.material(), old.before(), clock.instant().plus(LOOK_EVERY));
            LOG.warnf(
                    "the certificate of %s, which ends at %s, could not be renewed: %s",
                    old.material().identity(), old.material().endsAt(), e.getMessage());
        }
    }

    private final class Keys extends X509ExtendedKeyManager {
        private static final String ELLIPTIC = "EC";

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return choose(keyType);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return choose(keyTypes);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return choose(keyType);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return choose(keyTypes);
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            var alias = choose(keyType);
            return alias == null ? null : new String[] {alias};
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return getServerAliases(keyType, issuers);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return find(alias)
                    .map(material -> material.chain().toArray(X509Certificate[]::new))
                    .orElse(null);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return find(alias).map(TlsMaterial::key).orElse(null);
        }

        private @Nullable String choose(String... keyTypes) {
            return Arrays.stream(keyTypes).anyMatch(type -> type.startsWith(ELLIPTIC)) ? alias(current()) : null;
        }

        private Optional<TlsMaterial> find(String alias) {
            var now = present;
            return Stream.concat(Stream.of(now.material()), now.before().stream())
                    .filter(material -> alias(material).equals(alias))
                    .findFirst();
        }

        private static String alias(TlsMaterial material) {
            return material.chain().getFirst().getSerialNumber().toString(Character.MAX_RADIX);
        }
    }
}
