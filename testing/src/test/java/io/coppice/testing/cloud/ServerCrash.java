package io.coppice.testing.cloud;

/** The death of a cloud's server, with all of its roles in it. */
final class ServerCrash implements VolumeKills.Victim {
    private final CloudUnderTest cloud;
    private long pid;

    ServerCrash(CloudUnderTest cloud) {
        this.cloud = cloud;
    }

    @Override
    public void aim() {
        pid = cloud.serverPid();
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
