package io.coppice.walrus.notification;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import org.hibernate.StatelessSession;
import org.jboss.logging.Logger;

/**
 * Puts what happened into the outbox, within the transaction that made it happen. Costs nothing in buckets whose owner wants
 * nothing told. Thread-safe.
 */
public final class Announcements {
    private static final Logger LOG = Logger.getLogger(Announcements.class);

    private final Clock clock;
    private final Outbox outbox;

    /** Writes into {@code outbox}. */
    public Announcements(Clock clock, Outbox outbox) {
        this.clock = clock;
        this.outbox = outbox;
    }

    /** Whether anything of that bucket is told to anybody. */
    public static boolean wanted(BucketRow bucket) {
        return bucket.setting(BucketSetting.NOTIFICATION).isPresent();
    }

    /** Tells of an event of a bucket whoever is to know. */
    public void tell(StatelessSession session, BucketRow bucket, ObjectEvent event) {
        var rules = bucket.setting(BucketSetting.NOTIFICATION).map(NotificationRules::kept);
        if (rules.isEmpty()) {
            return;
        }
        var now = clock.instant();
        var subject = new ObjectEvent.Subject(bucket.name(), bucket.canonicalId(), bucket.region());
        for (var rule : rules.get().of(event.kind(), event.key())) {
            var message = new Outbox.Message(
                    rule.destination(), bucket.name() + "/" + event.key(), event.message(subject, rule.id(), now));
            if (!outbox.add(session, message, now)) {
                LOG.warnf(
                        "%s has not taken what waits for it: %s of bucket %s is not told",
                        rule.destination(), event.kind().word(), bucket.name());
            }
        }
    }

    /** What AWS sends to a destination when a rule first names it. */
    public void test(StatelessSession session, BucketRow bucket, NotificationRules rules, String requestId) {
        var now = clock.instant();
        rules.rules().stream()
                .map(NotificationRules.Rule::destination)
                .distinct()
                .forEach(destination -> {
                    var body = new JsonObject()
                            .put("Service", "Amazon S3")
                            .put("Event", "s3:TestEvent")
                            .put("Time", now.toString())
                            .put("Bucket", bucket.name())
                            .put("RequestId", requestId)
                            .put("HostId", "walrus");
                    outbox.add(session, new Outbox.Message(destination, bucket.name(), body.encode()), now);
                });
    }
}
