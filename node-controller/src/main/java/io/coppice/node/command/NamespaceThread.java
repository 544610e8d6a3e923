package io.coppice.node.command;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Does something in another network namespace while the caller stays where it is. Source: setns(2). */
final class NamespaceThread {
    private NamespaceThread() {}

    /**
     * Does it and waits for its end; throws {@link IOException} when it fails.
     *
     * @param namespace by its name
     * @param what for people, as the thread's name
     */
    static void run(String namespace, String what, Runnable work) throws IOException {
        var task = new FutureTask<>(
                () -> {
                    enter(namespace);
                    work.run();
                },
                true);
        // A thread that has entered another namespace is good for nothing else.
        Thread.ofPlatform().daemon().name(what).start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IOException("%s in %s failed".formatted(what, namespace), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: %s in %s".formatted(what, namespace), e);
        }
    }

    private static void enter(String namespace) {
        int descriptor = CLibrary.INSTANCE.open("/run/netns/" + namespace, CLibrary.O_CLOEXEC);
        try {
            CLibrary.INSTANCE.setns(descriptor, CLibrary.CLONE_NEWNET);
        } finally {
            CLibrary.INSTANCE.close(descriptor);
        }
    }
}
