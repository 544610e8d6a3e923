package io.coppice.testing.cloud;

import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.DataFolder;

/** The death of the agent of one host of a cloud of {@code up --hosts}; its guests, and everything else, go on. */
final class AgentCrash implements VolumeKills.Victim {
    private final CloudUnderTest cloud;
    private final BackgroundServer host;
    private long pid;

    /** @param number of the host, from 1 */
    AgentCrash(CloudUnderTest cloud, int number) {
        this.cloud = cloud;
        this.host = new BackgroundServer(
                new DataFolder(cloud.data().resolve("nodes").resolve(Integer.toString(number))));
    }

    @Override
    public void aim() {
        // Not by its file: a host in a namespace counts its own processes.
        pid = host.pid().orElseThrow(() -> new AssertionError("the host's agent does not run"));
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
