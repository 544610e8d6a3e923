package io.coppice.node.hypervisor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;

/**
 * libvirt's event loop: one for the whole process, as its C library wants it. Events and keepalive answers of every
 * connection pass through its thread.
 */
final class LibvirtEventLoop {
    private static final Logger LOG = Logger.getLogger(LibvirtEventLoop.class);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 100;
    private static final AtomicBoolean RUNNING = new AtomicBoolean();

    /** Kept here so that the collector does not take what only C code refers to. */
    private static final Libvirt.VirErrorCallback LOG_INSTEAD_OF_PRINTING =
            (userData, error) -> LOG.debugf("libvirt: %s", error.message);

    private LibvirtEventLoop() {}

    /** Starts the loop unless it runs. Must precede the first connection. */
    static void ensureRunning() {
        if (RUNNING.compareAndSet(false, true)) {
            try {
                Connect.setErrorCallback(LOG_INSTEAD_OF_PRINTING);
                Library.initEventLoop();
            } catch (LibvirtException e) {
                RUNNING.set(false);
                throw new HypervisorException("libvirt's event loop cannot be started", e);
            }
            Thread.ofPlatform().daemon().name("libvirt-events").start(LibvirtEventLoop::run);
        }
    }

    private static void run() {
        while (true) {
            try {
                Library.processEvent();
            } catch (LibvirtException e) {
                LOG.warn("libvirt's event loop failed once; it goes on", e);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        } catch (InterruptedException e) {
            LOG.debug("libvirt's event loop is never interrupted on purpose", e);
        }
    }
}
