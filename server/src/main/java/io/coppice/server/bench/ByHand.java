package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The peer: the sample image started with plain QEMU in a network namespace with its own DHCP and metadata service, by the
 * script that checks the image.
 */
final class ByHand {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String ANSWERED = " s  ssh answers";

    private ByHand() {}

    /** Seconds from the start of QEMU to the first answer on SSH. {@code image} is the folder that holds the disk. */
    static double secondsToSsh(Path image) {
        var script = JavaCommand.home().resolve("deploy/sample-image/verify/verify.sh");
        var result = HostCommand.run(
                LIMIT, Map.of(), "", List.of(script.toString(), "--until-ssh", "--cpu", "max", image.toString()));
        return result.output()
                .lines()
                .filter(line -> line.endsWith(ANSWERED))
                .mapToDouble(line -> Double.parseDouble(line.substring(0, line.length() - ANSWERED.length())))
                .findFirst()
                .orElseThrow(() -> new OperatorException(
                        "the guest by hand did not start: " + result.lastLine(), "Run " + script + " by hand."));
    }
}
