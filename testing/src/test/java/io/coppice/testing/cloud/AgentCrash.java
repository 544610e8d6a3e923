package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;

import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.DataFolder;
import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The death of the agent of the host that has the one guest of a cloud of {@code up --hosts}; everything else goes on. */
final class AgentCrash implements VolumeKills.Victim {
    private static final Pattern FOLDER_OF_HOST = Pattern.compile("/nodes/(\\d+)/");

    private final CloudUnderTest cloud;
    private String host = "";
    private List<String> command = List.of();
    private long pid;

    AgentCrash(CloudUnderTest cloud) {
        this.cloud = cloud;
    }

    @Override
    public void aim() {
        host = HostProcesses.commandsOfGuests(cloud.data()).values().stream()
                .map(FOLDER_OF_HOST::matcher)
                .filter(line -> line.find())
                .map(line -> line.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no host has a guest"));
        pid = running().orElseThrow(() -> new AssertionError("the agent of host " + host + " does not run"));
        try {
            var line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            command = List.of(line.split("\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder() {
        return cloud.data().resolve("nodes").resolve(host);
    }

    private Optional<Long> running() {
        return new BackgroundServer(new DataFolder(folder())).pid();
    }

    @Override
    public void end() {
        var process = ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no process " + pid));
        process.destroyForcibly();
        eventually("its end", CloudUnderTest.COMMAND_LIMIT, process::isAlive, alive -> !alive);
    }

    /** By the same command: {@code up} leaves the hosts of a cloud that runs alone. */
    @Override
    public void raise() {
        var line = new ArrayList<>(List.of(
                "setsid",
                "bash",
                SourceTree.root().resolve("deploy/host/namespaces.sh").toString(),
                "exec",
                host,
                "--dir",
                cloud.data().resolve("hosts").toString()));
        line.addAll(command);
        var said = folder().resolve("logs/server.out").toFile();
        try {
            new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(said))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        eventually("its start", CloudUnderTest.COMMAND_LIMIT, this::running, Optional::isPresent);
    }
}
