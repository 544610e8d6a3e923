/**
 * Tells webhooks and Kafka what happened to objects (S3 User Guide, "Amazon S3 Event Notifications").
 * {@link io.coppice.walrus.notification.Outbox} keeps what is to be told beside the objects themselves, so that nothing is
 * lost with the process; {@link io.coppice.walrus.notification.Courier} takes it to where it belongs.
 */
@NullMarked
package io.coppice.walrus.notification;

import org.jspecify.annotations.NullMarked;
