package io.coppice.node.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A libvirtd for one test class, in a mount namespace of its own, so that it neither needs nor disturbs the machine's.
 * Closing it kills its guests as well.
 */
public final class PrivateLibvirtd implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private Process process;

    private PrivateLibvirtd(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.process = launch();
    }

    /** Starts one with its state in {@code folder} and waits until it listens. */
    public static PrivateLibvirtd start(Path folder) throws IOException, InterruptedException {
        return new PrivateLibvirtd(folder);
    }

    /** Why real guests cannot run here, empty when they can. */
    public static List<String> missing() {
        var missing = new ArrayList<String>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("not root");
        }
        for (var program :
                List.of("/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/usr/sbin/dnsmasq", "/usr/sbin/nft")) {
            if (!Files.isExecutable(Path.of(program))) {
                missing.add(program + " is not installed");
            }
        }
        return missing;
    }

    /** How to reach it. */
    public String uri() {
        return "qemu+unix:///system?socket=" + socket();
    }

    /** Kills the daemon as a crash would and starts it again; guests go on. */
    public void restart() throws IOException, InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        process = launch();
    }

    private Process launch() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.deleteIfExists(socket());
        var script = folder.resolve("private-libvirtd.sh");
        try (var resource = PrivateLibvirtd.class.getResourceAsStream("/private-libvirtd.sh")) {
            if (resource == null) {
                throw new IOException("private-libvirtd.sh is not among the test resources");
            }
            Files.write(script, resource.readAllBytes());
        }
        var output = folder.resolve("libvirtd.out").toFile();
        var started = new ProcessBuilder(
                        "unshare", "--mount", "--propagation", "private", "bash", script.toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.exists(socket())) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                started.destroyForcibly();
                throw new IOException("libvirtd did not start: " + Files.readString(output.toPath()));
            }
            Thread.sleep(20);
        }
        return started;
    }

    private Path socket() {
        return folder.resolve("run/libvirt-sock");
    }

    @Override
    public void close() throws IOException {
        var pidFiles = folder.resolve("run/qemu");
        if (Files.isDirectory(pidFiles)) {
            try (var files = Files.newDirectoryStream(pidFiles, "*.pid")) {
                for (var file : files) {
                    ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                            .ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        }
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
