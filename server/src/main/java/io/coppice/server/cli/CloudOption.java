package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.process.UserCache;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The one option every command has: which cloud is meant. */
final class CloudOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = {
                "The cloud's data folder. Default: $COPPICE_DATA, else /var/lib/coppice for root,",
                "else ~/.local/share/coppice."
            })
    private @Nullable Path data;

    DataFolder folder() {
        return DataFolder.resolve(Optional.ofNullable(data), System.getenv(), UserCache.isRoot());
    }

    /** The settings of a cloud that must be there. */
    Settings settings() {
        return Settings.load(folder())
                .orElseThrow(() -> new OperatorException(
                        "there is no cloud in " + folder(), "Make one with \"./coppice up --data " + folder() + "\"."));
    }

    /** {@code " --data DIR"} when a command must repeat it to mean this cloud, else nothing. */
    String argument() {
        return data == null ? "" : " --data " + ShellText.quote(folder().toString());
    }
}
