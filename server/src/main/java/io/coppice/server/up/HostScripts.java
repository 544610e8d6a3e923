package io.coppice.server.up;

import io.coppice.server.OperatorException;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.JavaCommand;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls the scripts in {@code deploy/host} that bring up a libvirtd of our own and hosts in namespaces. */
public final class HostScripts {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final DataFolder folder;
    private final Path scripts;

    public HostScripts(DataFolder folder) {
        this.folder = folder;
        this.scripts = JavaCommand.home().resolve("deploy/host");
    }

    /** Starts the cloud's own libvirtd when it is not up, and says how to reach it. */
    String startLibvirt() {
        return require("private libvirtd", script("private-libvirtd.sh", "start", libvirt()))
                .output()
                .lines()
                .filter(line -> line.startsWith("qemu"))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new OperatorException(
                        "the private libvirtd did not say how to reach it",
                        "Run deploy/host/private-libvirtd.sh by hand."));
    }

    /** Ends the cloud's own libvirtd and its guests. Does nothing when there is none. */
    public void stopLibvirt() {
        if (Files.exists(folder.libvirt())) {
            require("the end of libvirtd", script("private-libvirtd.sh", "stop", "--guests", libvirt()));
        }
    }

    /** Makes the hosts in namespaces that are not there yet. */
    void startHosts(int count, Settings settings) {
        require(
                "hosts in namespaces",
                script(
                        "namespaces.sh",
                        "up",
                        Integer.toString(count),
                        "--dir",
                        folder.hosts().toString(),
                        "--cidr",
                        settings.value(settings.vpcs() ? Settings.PUBLIC_CIDR : Settings.NODE_CIDR, ""),
                        "--management",
                        settings.value(Settings.NAMESPACE_MANAGEMENT, ""),
                        "--name",
                        "c" + folder.shortName()));
    }

    /** The command line that runs a program inside one host. */
    List<String> inHost(int host, List<String> command) {
        var all = new ArrayList<>(List.of(
                scripts.resolve("namespaces.sh").toString(),
                "exec",
                Integer.toString(host),
                "--dir",
                folder.hosts().toString()));
        all.addAll(command);
        return all;
    }

    /** Cuts the power of all hosts in namespaces and removes their fabric. */
    public void stopHosts() {
        if (Files.exists(folder.hosts())) {
            require(
                    "the end of the hosts",
                    script("namespaces.sh", "down", "--dir", folder.hosts().toString()));
        }
    }

    private String libvirt() {
        return folder.libvirt().toString();
    }

    private HostCommand.Result script(String name, String... arguments) {
        var command = new ArrayList<String>();
        command.add(scripts.resolve(name).toString());
        command.addAll(List.of(arguments));
        return HostCommand.run(LIMIT, Map.of(), "", command);
    }

    private static HostCommand.Result require(String what, HostCommand.Result result) {
        if (!result.succeeded()) {
            throw new OperatorException(
                    what + ": " + result.lastLine(), "Run \"coppice doctor\", or choose up --hypervisor simulated.");
        }
        return result;
    }
}
