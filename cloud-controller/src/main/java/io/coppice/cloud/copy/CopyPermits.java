package io.coppice.cloud.copy;

import io.coppice.cloud.action.Session;
import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.image.SystemAccount;
import io.coppice.cloud.peer.PeerChannels;
import io.coppice.proto.ebs.v1.PermitCopiesRequest;
import io.coppice.proto.ebs.v1.PermitCopiesResponse;
import io.coppice.proto.ebs.v1.SnapshotCopiesGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Lets the EBS controller keep copies of snapshots: hands it credentials of the cloud's own account that reach one bucket,
 * and new ones long before they end. Thread-safe.
 */
@ApplicationScoped
class CopyPermits implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(CopyPermits.class);
    private static final Duration INTERVAL = Duration.ofSeconds(20);
    private static final Duration LIFE = Duration.ofMinutes(30);
    private static final int SECONDS = 10;
    private static final String SESSION = "snapshot-copies";
    /** What copies need: their bucket, and objects in it. */
    private static final String POLICY = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"s3:CreateBucket","Resource":"arn:aws:s3:::%1$s"},
              {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:ListBucket"],
               "Resource":["arn:aws:s3:::%1$s","arn:aws:s3:::%1$s/*"]}]}""";

    private final SystemAccount system;
    private final SessionTokens tokens;
    private final CopyConfig config;
    private final Supplier<? extends Channel> ebs;
    private final BackgroundLoop loop;
    private volatile String state = "not permitted yet";

    @Inject
    CopyPermits(SystemAccount system, SessionTokens tokens, CopyConfig config, PeerChannels channels) {
        this(system, tokens, config, channels::ebs);
    }

    CopyPermits(SystemAccount system, SessionTokens tokens, CopyConfig config, Supplier<? extends Channel> ebs) {
        this.system = system;
        this.tokens = tokens;
        this.config = config;
        this.ebs = ebs;
        loop = new BackgroundLoop(SESSION, INTERVAL, this::permit, Clock.systemUTC());
    }

    @Override
    public String name() {
        return SESSION;
    }

    @Override
    public void start() {
        if (config.enabled()) {
            loop.start();
        }
    }

    @Override
    public void stop() {
        loop.stop();
    }

    @Override
    public Map<String, String> state() {
        return config.enabled() ? Map.of(SESSION, state) : Map.of();
    }

    private void permit() {
        var account = system.id();
        var credentials = tokens.issue(new SessionGrant(
                Session.Kind.FEDERATED,
                account,
                account.value(),
                SESSION,
                LIFE,
                new Session.Restriction(List.of(POLICY.formatted(config.bucket())), List.of()),
                Map.of(),
                Session.Origin.UNKNOWN));
        try {
            state = words(SnapshotCopiesGrpc.newBlockingStub(ebs.get())
                    .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                    .permit(PermitCopiesRequest.newBuilder()
                            .setBucket(config.bucket())
                            .setAccessKeyId(credentials.accessKeyId())
                            .setSecretAccessKey(credentials.secretAccessKey())
                            .setSessionToken(credentials.sessionToken())
                            .setExpiresAtMillis(credentials.expiresAt().toEpochMilli())
                            .build()));
        } catch (StatusRuntimeException e) {
            LOG.infof("the EBS controller cannot be told of copies now and will be later: %s", e.getMessage());
            state = "the EBS controller does not answer";
        }
    }

    private static String words(PermitCopiesResponse answer) {
        var counts = "%d copied in %d bytes, %d to be copied"
                .formatted(answer.getCopied(), answer.getStoredBytes(), answer.getWaiting());
        return answer.getProblem().isEmpty() ? counts : counts + ", held up: " + answer.getProblem();
    }
}
