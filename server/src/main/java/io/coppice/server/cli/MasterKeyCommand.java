package io.coppice.server.cli;

import io.coppice.cloud.identity.SecretBox;
import io.coppice.server.OperatorException;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Changes the key that seals secrets in the database. */
@Command(
        name = "master-key",
        description = "Change the key that seals secrets in the database.",
        subcommands = MasterKeyCommand.Rotate.class)
final class MasterKeyCommand extends CloudCommand {
    @Override
    public Integer call() {
        throw new OperatorException("master-key needs to be told what to do", "Type \"./coppice master-key rotate\".");
    }

    @Command(
            name = "rotate",
            description = {
                "Put a new key before the old one in master.key. The next start of the Cloud Controller",
                "seals everything anew; sessions that were made before stay good by the old key."
            })
    static final class Rotate extends CloudCommand {
        @Override
        public Integer call() {
            try {
                SecretBox.rotate(folder().root());
            } catch (IOException e) {
                throw new OperatorException(
                        "cannot change the master key: " + e.getMessage(),
                        "Run the command on the machine of the Cloud Controller, as the owner of the data folder.",
                        e);
            }
            out().println(
                            "master.key has a new first line; restart the cloud (\"down\", \"up\") to seal everything anew.");
            out().println("After 36 hours no session needs the old key: remove the lines below the first one then.");
            return 0;
        }
    }
}
