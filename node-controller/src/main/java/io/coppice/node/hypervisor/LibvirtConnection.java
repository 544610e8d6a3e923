package io.coppice.node.hypervisor;

import io.coppice.foundation.undo.Undo;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.libvirt.LibvirtException;

/**
 * Keeps one connection to libvirt and makes a new one when libvirt was restarted; guests do not notice. Calls run on a few
 * platform threads: native code would hold the carrier of a virtual thread for as long as it blocks, and libvirt keeps
 * its last error per native thread. Thread-safe.
 */
final class LibvirtConnection implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LibvirtConnection.class);
    private static final int THREADS = 8;
    private static final int MAXIMUM_WAITING_CALLS = 4096;
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    private final String uri;
    private final Opened opened;
    private final ExecutorService threads;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable LibvirtSession session;
    private volatile boolean closed;

    /** Prepares a connection; {@code opened} hears of every session before its first call. */
    LibvirtConnection(String uri, Opened opened) {
        this.uri = uri;
        this.opened = opened;
        var pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAXIMUM_WAITING_CALLS),
                Thread.ofPlatform().daemon().name("libvirt-call-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
        LibvirtEventLoop.ensureRunning();
    }

    /** Connects now, so that a wrong address shows at the start, and keeps connected from now on. */
    void connect() {
        call("connect", LibvirtSession::isAlive);
        Thread.ofVirtual().name("libvirt-reconnect").start(this::keepConnected);
    }

    /** Runs {@code call} with a living session; {@code what} is for the message of the exception. */
    <T> T call(String what, Call<T> call) {
        return call(what, CALL_LIMIT, call);
    }

    /** As {@link #call(String, Call)}, for a call that may last longer than others; it takes one of a few threads for that long. */
    <T> T call(String what, Duration limit, Call<T> call) {
        try {
            return threads.submit(() -> call.run(living())).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HypervisorException cause) {
                throw cause;
            }
            var cause = e.getCause() == null ? e : e.getCause();
            throw new HypervisorException("libvirt could not %s: %s".formatted(what, cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new HypervisorException("libvirt did not %s within %s".formatted(what, limit), e);
        } catch (RejectedExecutionException e) {
            throw new HypervisorException("libvirt has too many calls to answer, or is being closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HypervisorException("interrupted while libvirt should " + what, e);
        }
    }

    private LibvirtSession living() throws LibvirtException {
        var current = session;
        if (current != null && current.isAlive()) {
            return current;
        }
        opening.lock();
        try {
            current = session;
            if (current != null && current.isAlive()) {
                return current;
            }
            if (closed) {
                throw new HypervisorException("the connection to libvirt is closed");
            }
            if (current != null) {
                LOG.warnf("the connection to libvirt at %s was lost; connecting again (guests are not affected)", uri);
                session = null;
                dispose(current);
            }
            return open();
        } finally {
            opening.unlock();
        }
    }

    private LibvirtSession open() throws LibvirtException {
        var fresh = new LibvirtSession(uri);
        try (var undo = Undo.begin()) {
            undo.add("close the new connection", fresh::close);
            opened.on(fresh);
            undo.commit();
        }
        session = fresh;
        return fresh;
    }

    private static void dispose(LibvirtSession lost) {
        try {
            lost.close();
        } catch (LibvirtException e) {
            LOG.debug("a lost connection to libvirt could not be closed", e);
        }
    }

    private void keepConnected() {
        while (!closed) {
            try {
                Thread.sleep(LOOK_INTERVAL);
                if (!closed) {
                    call("connect", LibvirtSession::isAlive);
                }
            } catch (HypervisorException e) {
                LOG.debug("libvirt is not reachable yet", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        opening.lock();
        try {
            var current = session;
            session = null;
            if (current != null) {
                dispose(current);
            }
        } finally {
            opening.unlock();
        }
    }

    /** Something to ask of libvirt. */
    @FunctionalInterface
    interface Call<T> {
        T run(LibvirtSession session) throws LibvirtException;
    }

    /** Told of every new session. */
    @FunctionalInterface
    interface Opened {
        void on(LibvirtSession session) throws LibvirtException;
    }
}
