package io.coppice.walrus.notification;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.hibernate.StatelessSession;

/** What is to be told, in the database. Every method runs inside the caller's transaction. Thread-safe. */
public final class Outbox {
    private final int backlog;

    /**
     * Keeps what waits.
     *
     * @param backlog how many messages may wait for one destination, about; later ones are refused until some were taken
     */
    public Outbox(int backlog) {
        this.backlog = backlog;
    }

    /**
     * One message.
     *
     * @param destination as the configuration names it
     * @param subject bucket and key: messages of one subject stay in order where the destination keeps any
     * @param body JSON
     */
    public record Message(String destination, String subject, String body) {}

    /** A message that waits, and how often it was tried. */
    public record Waiting(long id, Message message, int attempts) {}

    /** Adds a message; false when too many wait for its destination. */
    public boolean add(StatelessSession session, Message message, Instant now) {
        // The span of ids and not their number: two looks into an index, whatever waits.
        return session.createNativeMutationQuery(
                                "insert into notification (destination, subject, body, created_at, next_attempt_at)"
                                        + " select :destination, :subject, :body, :now, :now"
                                        + " where (select coalesce(max(notification_id) - min(notification_id) + 1, 0)"
                                        + " from notification where destination = :destination) < :backlog")
                        .setParameter("destination", message.destination())
                        .setParameter("subject", message.subject())
                        .setParameter("body", message.body())
                        .setParameter("now", now)
                        .setParameter("backlog", backlog)
                        .executeUpdate()
                == 1;
    }

    /**
     * Takes messages for a destination, oldest first. Until {@code lease} is over nobody takes them again; nothing overtakes
     * one that is being told or waits to be tried anew.
     */
    public List<Waiting> take(StatelessSession session, String destination, Instant now, Duration lease, int limit) {
        return session
                .createNativeQuery(
                        "with due as (select notification_id from notification where destination = :destination"
                                + " and notification_id < (select coalesce(min(notification_id), 9223372036854775807)"
                                + " from notification where destination = :destination and next_attempt_at > :now)"
                                + " order by notification_id limit :limit"
                                + " for update skip locked)"
                                + " update notification n set attempts = attempts + 1, next_attempt_at = :until from due"
                                + " where n.notification_id = due.notification_id"
                                + " returning n.notification_id, n.subject, n.body, n.attempts",
                        Object[].class)
                .setParameter("destination", destination)
                .setParameter("now", now)
                .setParameter("until", now.plus(lease))
                .setParameter("limit", limit)
                .getResultList()
                .stream()
                .map(row -> new Waiting(
                        (Long) row[0], new Message(destination, (String) row[1], (String) row[2]), (Integer) row[3]))
                .sorted(Comparator.comparingLong(Waiting::id))
                .toList();
    }

    /** Forgets messages that were taken. */
    public void done(StatelessSession session, Collection<Long> ids) {
        if (!ids.isEmpty()) {
            session.createNativeMutationQuery("delete from notification where notification_id in (:ids)")
                    .setParameterList("ids", ids, Long.class)
                    .executeUpdate();
        }
    }

    /** Messages that were not taken are tried again at {@code next}. */
    public void postpone(StatelessSession session, Collection<Long> ids, Instant next) {
        if (!ids.isEmpty()) {
            session.createNativeMutationQuery(
                            "update notification set next_attempt_at = :next where notification_id in (:ids)")
                    .setParameter("next", next)
                    .setParameterList("ids", ids, Long.class)
                    .executeUpdate();
        }
    }

    /** Gives up what waits since before {@code cutoff}, and tells how many messages that were. */
    public int giveUp(StatelessSession session, Instant cutoff) {
        return session.createNativeMutationQuery("delete from notification where created_at < :cutoff")
                .setParameter("cutoff", cutoff)
                .executeUpdate();
    }
}
