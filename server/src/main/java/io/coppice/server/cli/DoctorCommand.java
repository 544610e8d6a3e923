package io.coppice.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.server.doctor.Doctor;
import io.coppice.server.doctor.Finding;
import io.coppice.server.doctor.MachineProbes;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks for problems and names the fix of each. */
@Command(
        name = "doctor",
        description = "Look for problems with the cloud and this machine; names the fix of each.",
        footerHeading = "%nExit codes:%n",
        footer = "  0 all is well; 1 something is not")
final class DoctorCommand extends CloudCommand {
    @Option(names = "--output", paramLabel = "FORMAT", description = "text or json.", defaultValue = "text")
    private OutputFormat output = OutputFormat.text;

    @Override
    public Integer call() throws IOException {
        var settings = Settings.load(folder());
        var probes = new MachineProbes(folder(), settings, Clock.systemUTC());
        var findings = new Doctor(probes, settings).examine();
        if (output == OutputFormat.json) {
            out().println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings));
        } else {
            print(findings);
        }
        return findings.stream().allMatch(Finding::good) ? 0 : 1;
    }

    private void print(List<Finding> findings) {
        for (var finding : findings) {
            out().printf("%s %-22s %s%n", finding.good() ? "✓" : "✗", finding.check(), finding.seen());
            if (!finding.good()) {
                out().println("    fix: " + finding.fix());
            }
        }
    }
}
