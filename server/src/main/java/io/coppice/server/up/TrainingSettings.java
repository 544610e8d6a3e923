package io.coppice.server.up;

import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import java.util.Map;
import java.util.Optional;

/** The settings of the throw-away cloud whose start trains the AOT cache: every role, one simulated host. */
public final class TrainingSettings {
    private TrainingSettings() {}

    /** New settings on free ports, which stay claimed. */
    public static Settings choose(DataFolder folder, Machine machine, PortClaims claims) {
        var none = Optional.<String>empty();
        var options = new UpOptions(
                none,
                Optional.of(1),
                Optional.empty(),
                none,
                Optional.empty(),
                Map.of(),
                none,
                none,
                none,
                none,
                false,
                false,
                false);
        return new FirstSettings(folder, options, machine, claims)
                .choose(new HypervisorChoice(HypervisorChoice.SIMULATED, "training"));
    }
}
