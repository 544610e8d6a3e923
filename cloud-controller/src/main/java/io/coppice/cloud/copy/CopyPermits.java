package io.coppice.cloud.copy;

import io.coppice.cloud.action.Session;
import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.image.SystemAccount;
import io.coppice.cloud.peer.PeerChannels;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.volume.SnapshotReach;
import io.coppice.proto.ebs.v1.PermitCopiesRequest;
import io.coppice.proto.ebs.v1.PermitCopiesResponse;
import io.coppice.proto.ebs.v1.SnapshotCopiesGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Lets the EBS controllers keep copies of snapshots: hands each credentials of the cloud's own account that reach one bucket
 * and read those of the other zones, and new ones long before they end. Thread-safe.
 */
@ApplicationScoped
class CopyPermits implements BackgroundTask, SnapshotReach {
    private static final Logger LOG = Logger.getLogger(CopyPermits.class);
    private static final Duration INTERVAL = Duration.ofSeconds(20);
    private static final Duration LIFE = Duration.ofMinutes(30);
    private static final int SECONDS = 10;
    private static final String SESSION = "snapshot-copies";
    /** Of the object store. */
    private static final int LONGEST_BUCKET = 63;

    private final SystemAccount system;
    private final SessionTokens tokens;
    private final CopyConfig config;
    private final Zones zones;
    private final Function<String, ? extends Channel> ebs;
    private final Collection<BackgroundLoop> loops;
    private final Map<String, String> states = new ConcurrentHashMap<>();

    @Inject
    CopyPermits(SystemAccount system, SessionTokens tokens, CopyConfig config, Zones zones, PeerChannels channels) {
        this(system, tokens, config, zones, channels::ebs);
    }

    /** @param ebs the channel to the EBS controller of a zone */
    CopyPermits(
            SystemAccount system,
            SessionTokens tokens,
            CopyConfig config,
            Zones zones,
            Function<String, ? extends Channel> ebs) {
        this.system = system;
        this.tokens = tokens;
        this.config = config;
        this.zones = zones;
        this.ebs = ebs;
        loops = zones.all().stream()
                .map(zone -> new BackgroundLoop(label(zone), INTERVAL, () -> permit(zone), Clock.systemUTC()))
                .toList();
    }

    @Override
    public String name() {
        return SESSION;
    }

    @Override
    public void start() {
        if (enabled()) {
            zones.all().forEach(zone -> states.put(label(zone), "not permitted yet"));
            loops.forEach(BackgroundLoop::start);
        }
    }

    @Override
    public void stop() {
        loops.forEach(BackgroundLoop::stop);
    }

    @Override
    public Map<String, String> state() {
        return new TreeMap<>(states);
    }

    @Override
    public boolean acrossZones() {
        return enabled();
    }

    private boolean enabled() {
        return config.enabled().orElse(!zones.one());
    }

    private String label(String zone) {
        return zone.equals(zones.standard()) ? SESSION : SESSION + " " + zone;
    }

    private String bucket(String zone) {
        var name = zone.equals(zones.standard()) ? config.bucket() : config.bucket() + "-" + zone;
        return name.substring(0, Math.min(name.length(), LONGEST_BUCKET));
    }

    private void permit(String zone) {
        var account = system.id();
        var own = bucket(zone);
        var others = zones.all().stream()
                .filter(each -> !each.equals(zone))
                .map(this::bucket)
                .toList();
        var credentials = tokens.issue(new SessionGrant(
                Session.Kind.FEDERATED,
                account,
                account.value(),
                SESSION,
                LIFE,
                new Session.Restriction(List.of(CopyPolicy.of(own, others)), List.of()),
                Map.of(),
                Session.Origin.UNKNOWN));
        try {
            states.put(
                    label(zone),
                    words(SnapshotCopiesGrpc.newBlockingStub(ebs.apply(zone))
                            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                            .permit(PermitCopiesRequest.newBuilder()
                                    .setBucket(own)
                                    .addAllReadableBuckets(others)
                                    .setAccessKeyId(credentials.accessKeyId())
                                    .setSecretAccessKey(credentials.secretAccessKey())
                                    .setSessionToken(credentials.sessionToken())
                                    .setExpiresAtMillis(credentials.expiresAt().toEpochMilli())
                                    .build())));
        } catch (StatusRuntimeException e) {
            LOG.infof(
                    "the EBS controller of %s cannot be told of copies now and will be later: %s",
                    zone, e.getMessage());
            states.put(label(zone), "the EBS controller does not answer");
        }
    }

    private static String words(PermitCopiesResponse answer) {
        var counts = "%d copied in %d bytes, %d to be copied"
                .formatted(answer.getCopied(), answer.getStoredBytes(), answer.getWaiting());
        return answer.getProblem().isEmpty() ? counts : counts + ", held up: " + answer.getProblem();
    }
}
