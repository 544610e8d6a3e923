package io.coppice.node.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A libvirtd for one test class by {@code deploy/host/private-libvirtd.sh}, so that it neither needs nor disturbs the
 * machine's. Closing it ends its guests as well.
 */
public final class PrivateLibvirtd implements AutoCloseable {
    private static final String SCRIPT = "deploy/host/private-libvirtd.sh";
    private static final long SCRIPT_LIMIT_SECONDS = 120;

    private final Path folder;
    private final List<String> inside;
    private final String uri;

    private PrivateLibvirtd(Path folder, List<String> inside) throws IOException, InterruptedException {
        this.folder = folder;
        this.inside = inside;
        this.uri = script("start", folder.toString());
    }

    /** Starts one with its state in {@code folder} and waits until it answers. */
    public static PrivateLibvirtd start(Path folder) throws IOException, InterruptedException {
        return new PrivateLibvirtd(folder, List.of());
    }

    /** As {@link #start}, on a host that is a network namespace of this machine. */
    public static PrivateLibvirtd startIn(String namespace, Path folder) throws IOException, InterruptedException {
        return new PrivateLibvirtd(folder, List.of("nsenter", "--net=/run/netns/" + namespace));
    }

    /** Why real guests cannot run here, empty when they can. */
    public static List<String> missing() {
        var missing = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("not root");
        }
        for (var program : List.of(
                "/usr/sbin/libvirtd",
                "/usr/bin/virsh",
                "/usr/bin/qemu-system-x86_64",
                "/usr/sbin/dnsmasq",
                "/usr/sbin/nft")) {
            if (!Files.isExecutable(Path.of(program))) {
                missing.add(program + " is not installed");
            }
        }
        return missing;
    }

    /** How to reach it. */
    public String uri() {
        return uri;
    }

    /** Kills the daemon as a crash would and starts it again; guests go on. */
    public void restart() throws IOException, InterruptedException {
        var process = ProcessHandle.of(
                Long.parseLong(Files.readString(folder.resolve("libvirtd.pid")).strip()));
        if (process.isPresent()) {
            process.get().destroyForcibly();
            try {
                process.get().onExit().get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("libvirtd does not die", e);
            }
        }
        script("start", folder.toString());
    }

    private String script(String... arguments) throws IOException, InterruptedException {
        var output = Files.createTempFile("private-libvirtd", ".out");
        try {
            return Repository.run(output, SCRIPT_LIMIT_SECONDS, inside, SCRIPT, arguments);
        } finally {
            Files.delete(output);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            script("stop", "--guests", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
