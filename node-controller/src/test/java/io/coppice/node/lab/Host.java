package io.coppice.node.lab;

import io.coppice.node.command.CommandResult;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What a test asks of the machine and of guests. */
public final class Host {
    private static final CommandRunner COMMANDS = new CommandRunner(Duration.ofSeconds(30));

    private Host() {}

    /** Runs a program of the machine. */
    public static CommandResult run(String... command) throws IOException {
        return COMMANDS.execute("", command);
    }

    /** Runs a command in a guest by SSH with the key, as root. */
    public static CommandResult ssh(Path key, String address, String command) throws IOException {
        return run(
                "ssh",
                "-q",
                "-i",
                key.toString(),
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=3",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "root@" + address,
                command);
    }
}
