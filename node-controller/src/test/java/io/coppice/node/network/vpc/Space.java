package io.coppice.node.network.vpc;

import io.coppice.node.lab.Host;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A network namespace that a test made, with a thread that lives in it: sockets opened there are its sockets. */
class Space implements AutoCloseable {
    private static final long CALL_LIMIT_SECONDS = 30;

    private final String name;
    private final ExecutorService thread;

    Space(String name) throws IOException {
        this.name = name;
        must("ip", "netns", "add", name);
        must("ip", "-n", name, "link", "set", "dev", "lo", "up");
        this.thread = threadIn(name);
    }

    private static ExecutorService threadIn(String name) {
        var thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("in-" + name).factory());
        thread.submit(() -> enter(name));
        return thread;
    }

    private static void enter(String name) {
        var descriptor = Kernel.INSTANCE.open("/run/netns/" + name, 0);
        Kernel.INSTANCE.setns(descriptor, Kernel.CLONE_NEWNET);
        Kernel.INSTANCE.close(descriptor);
    }

    /** Starts a thread of its own in the namespace. */
    Thread start(String what, Runnable work) {
        return Thread.ofPlatform().daemon().name(what + "-in-" + name).start(() -> {
            enter(name);
            work.run();
        });
    }

    String name() {
        return name;
    }

    /** Does something in the namespace. */
    <T> T call(Callable<T> work) throws IOException {
        try {
            return thread.submit(work).get(CALL_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Runs a program of the machine; throws unless it succeeds. Its output. */
    static String must(String... command) throws IOException {
        var result = Host.run(command);
        if (!result.succeeded()) {
            throw new IOException(String.join(" ", command) + ": " + result.errors());
        }
        return result.output();
    }

    /** Runs a program in the namespace; throws unless it succeeds. Its output. */
    String run(String... command) throws IOException {
        var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
        all.addAll(List.of(command));
        return must(all.toArray(String[]::new));
    }

    void ip(String... arguments) throws IOException {
        var all = new ArrayList<>(List.of("ip", "-n", name));
        all.addAll(List.of(arguments));
        must(all.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        thread.shutdownNow();
        Host.run("ip", "netns", "delete", name);
    }
}
