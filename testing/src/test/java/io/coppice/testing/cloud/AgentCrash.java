package io.coppice.testing.cloud;

import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.DataFolder;
import java.util.regex.Pattern;

/** The death of the agent of the host that has the one guest of a cloud of {@code up --hosts}; everything else goes on. */
final class AgentCrash implements VolumeKills.Victim {
    private static final Pattern FOLDER_OF_HOST = Pattern.compile("/nodes/(\\d+)/");

    private final CloudUnderTest cloud;
    private long pid;

    AgentCrash(CloudUnderTest cloud) {
        this.cloud = cloud;
    }

    @Override
    public void aim() {
        var host = HostProcesses.commandsOfGuests(cloud.data()).values().stream()
                .map(FOLDER_OF_HOST::matcher)
                .filter(line -> line.find())
                .map(line -> line.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no host has a guest"));
        pid = new BackgroundServer(new DataFolder(cloud.data().resolve("nodes").resolve(host)))
                .pid()
                .orElseThrow(() -> new AssertionError("the agent of host " + host + " does not run"));
    }

    @Override
    public void end() {
        var process = ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no process " + pid));
        process.destroyForcibly();
        Eventually.eventually("its end", CloudUnderTest.COMMAND_LIMIT, process::isAlive, alive -> !alive);
    }

    @Override
    public void raise() {
        cloud.upAgain().orFail();
    }
}
