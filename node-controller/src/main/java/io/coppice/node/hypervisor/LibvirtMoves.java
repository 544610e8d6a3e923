package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.libvirt.Domain;
import org.libvirt.Domain.DomainMigrateParameters;
import org.libvirt.DomainInfo.DomainState;
import org.libvirt.LibvirtException;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;

/**
 * Moves guests from libvirt to libvirt, which speak to each other (peer to peer), so that a restart of this process does not end a
 * move. Thread-safe. Source: virDomainMigrateToURI3 and virDomainMigrateFlags in libvirt-domain.h.
 */
final class LibvirtMoves implements GuestMoves {
    private static final Logger LOG = Logger.getLogger(LibvirtMoves.class);

    private static final int LIVE = 1;
    private static final int PEER_TO_PEER = 1 << 1;
    private static final int PERSIST_THERE = 1 << 3;
    private static final int UNDEFINE_HERE = 1 << 4;
    /** The guest must not run there before its devices are plugged in and guarded. */
    private static final int STAND_STILL = 1 << 5;
    /** What was written to the disk above its image goes along. */
    private static final int COPY_DISK_ABOVE_IMAGE = 1 << 7;

    private static final int CHANGE_PROTECTION = 1 << 8;
    /** libvirt takes a disk with the host's cache for unsafe even if it is copied. */
    private static final int UNSAFE = 1 << 9;

    private static final int ABORT_ON_DISK_ERROR = 1 << 12;
    /** A guest that writes faster than the network carries is slowed down. */
    private static final int CONVERGE = 1 << 13;

    private static final int FLAGS = LIVE
            | PEER_TO_PEER
            | PERSIST_THERE
            | UNDEFINE_HERE
            | STAND_STILL
            | COPY_DISK_ABOVE_IMAGE
            | CHANGE_PROTECTION
            | UNSAFE
            | ABORT_ON_DISK_ERROR
            | CONVERGE;
    /** VIR_DOMAIN_XML_SECURE and MIGRATABLE; INACTIVE for the definition. */
    private static final int RUNNING_DESCRIPTION = 1 | 8;

    private static final int DEFINITION = RUNNING_DESCRIPTION | 2;
    /** For what comes before and after the move itself. */
    private static final Duration AROUND = Duration.ofSeconds(30);

    private static final Duration ABORT_AGAIN = Duration.ofMillis(100);

    private final LibvirtConnection connection;
    private final RunningDomains running;
    private final DomainEvents events;

    LibvirtMoves(LibvirtConnection connection, RunningDomains running, DomainEvents events) {
        this.connection = connection;
        this.running = running;
        this.events = events;
    }

    @Override
    public void send(InstanceId instance, MoveTarget target, Duration limit) {
        connection.call("send " + instance + " to another host", limit.plus(AROUND), session -> {
            var domain = running.require(session, instance);
            var parameters = new TypedParameter[] {
                text(
                        DomainMigrateParameters.VIR_MIGRATE_PARAM_DEST_XML,
                        MovedDomain.describe(domain.getXMLDesc(RUNNING_DESCRIPTION), target)),
                text(
                        DomainMigrateParameters.VIR_MIGRATE_PARAM_PERSIST_XML,
                        MovedDomain.describe(domain.getXMLDesc(DEFINITION), target)),
                text(DomainMigrateParameters.VIR_MIGRATE_PARAM_URI, "unix://" + target.memory()),
                text(DomainMigrateParameters.VIR_MIGRATE_PARAM_DISKS_URI, "unix://" + target.disk())
            };
            var done = new CountDownLatch(1);
            Thread.ofPlatform()
                    .daemon()
                    .name("move-limit-" + instance)
                    .start(() -> abortUnless(done, domain, instance, limit));
            try {
                domain.migrateToURI(target.libvirtUri(), parameters, FLAGS);
            } finally {
                done.countDown();
            }
            events.forget(instance);
            return true;
        });
    }

    private static TypedParameter text(String name, String value) {
        return new TypedStringParameter(name, value);
    }

    private static void abortUnless(CountDownLatch done, Domain domain, InstanceId instance, Duration limit) {
        try {
            if (done.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            LOG.warnf("%s is not on the other host within %s: it stays", instance, limit);
            do {
                abort(domain, instance);
            } while (!done.await(ABORT_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refused where libvirt has not begun yet, or is about to end. */
    private static void abort(Domain domain, InstanceId instance) {
        try {
            domain.abortJob();
        } catch (LibvirtException e) {
            LOG.debugf("the move of %s cannot be ended now: %s", instance, e.getMessage());
        }
    }

    @Override
    public void goOn(InstanceId instance) {
        connection.call("let go on " + instance, session -> {
            var domain = running.require(session, instance);
            events.starting(instance);
            if (domain.getInfo().state == DomainState.VIR_DOMAIN_PAUSED) {
                domain.resume();
            }
            return true;
        });
    }
}
