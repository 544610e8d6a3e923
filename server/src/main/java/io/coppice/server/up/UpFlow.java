package io.coppice.server.up;

import io.coppice.foundation.role.RoleName;
import io.coppice.server.OperatorException;
import io.coppice.server.StartJournal;
import io.coppice.server.cli.AwsClients;
import io.coppice.server.cli.Credentials;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.UserCache;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.KnownKeys;
import io.coppice.server.settings.Loopback;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Brings a cloud up, from whatever is there already: chooses settings when it has none, starts what its hosts need, the
 * server, the hosts in namespaces, and sees to the sample image. Every part may be run again.
 */
public final class UpFlow {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final DataFolder folder;
    private final UpOptions options;
    private final Machine machine;
    private final Steps steps;
    private final BackgroundServer server;
    private final HostScripts scripts;
    private final SampleImage sample;

    public UpFlow(DataFolder folder, UpOptions options, Machine machine, Steps steps) {
        this.folder = folder;
        this.options = options;
        this.machine = machine;
        this.steps = steps;
        this.server = new BackgroundServer(folder);
        this.scripts = new HostScripts(folder);
        this.sample = new SampleImage(folder);
    }

    /**
     * How it went.
     *
     * @param process the server's process
     */
    public record Up(Settings settings, Process process) {}

    /** The settings of the cloud when its server runs already. */
    public Optional<Settings> alreadyUp() {
        return server.pid().flatMap(pid -> Settings.load(folder));
    }

    /** Returns when the cloud can launch instances. */
    public Up run() throws Exception {
        try (var claims = PortClaims.in(UserCache.folder())) {
            return run(claims);
        }
    }

    private Up run(PortClaims claims) throws Exception {
        var present = Settings.load(folder);
        if (present.isEmpty()) {
            // Before anything is made: what cannot be had must not leave half a cloud.
            HypervisorChoice.of(options.hypervisor(), machine);
        }
        folder.create();
        Files.createDirectories(folder.run());
        Files.createDirectories(folder.logs());
        var settings = present.isPresent() ? present.get() : steps.run("settings", () -> firstSettings(claims));
        KnownKeys.ofThisVersion().check(settings, folder.settings(), System.getenv());
        checkReachable(settings);
        claims.claimAll(settings);
        checkPorts(settings);
        var image = wantsImage() ? Optional.of(inBackground(sample::build)) : Optional.<FutureTask<Path>>empty();
        settings = startHostsOfOurs(settings);
        new StartJournal(folder).begin();
        var process = options.foreground() ? server.startInForeground() : server.start();
        // A cloud that did not come up leaves nothing running, also when Ctrl-C was the reason.
        var interrupted = new Thread(this::stopAll, "stop-half-raised");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            new StartWatcher(folder, steps).awaitStarted(process);
            if (settings.roles().contains(RoleName.CLOUD_CONTROLLER)) {
                finish(settings, image);
            }
        } catch (Exception e) {
            stopAll();
            throw e;
        }
        Runtime.getRuntime().removeShutdownHook(interrupted);
        return new Up(settings, process);
    }

    private void stopAll() {
        ZoneServers.of(folder).forEach(zone -> new BackgroundServer(zone).stop(STOP_LIMIT));
        server.stop(STOP_LIMIT);
    }

    /** Starts those of the cloud's further zones on this machine that do not run, and says how many; its own server runs. */
    public int startZones() throws Exception {
        var started = startZoneServers();
        awaitZones(started);
        return started.size();
    }

    private List<String> startZoneServers() throws Exception {
        var started = new ArrayList<String>();
        for (var made : ZoneServers.of(folder)) {
            if (new BackgroundServer(made).pid().isEmpty()) {
                var zone = ZoneServers.zone(made);
                new ZoneServer(folder, zone, Clock.systemUTC()).start(steps);
                started.add(zone);
            }
        }
        return started;
    }

    private void awaitZones(List<String> zones) throws Exception {
        for (var zone : zones) {
            steps.run("zone " + zone, () -> {
                new ZoneServer(folder, zone, Clock.systemUTC()).awaitReady(steps);
                return true;
            });
        }
    }

    private void finish(Settings settings, Optional<FutureTask<Path>> image) throws Exception {
        try (var client = new StatusClient(folder, settings)) {
            // Hosts join their zone's Cluster Controller, and a zone is ready when its hosts are up.
            var zones = startZoneServers();
            startNamespaceNodes(settings, client);
            awaitZones(zones);
            steps.run("every role ready", () -> {
                new StartWatcher(folder, steps).awaitReady(client, hosts(settings));
                return true;
            });
            if (image.isEmpty()) {
                return;
            }
            var disk = steps.run("sample image built", () -> result(image.get()));
            var clients = new AwsClients(settings, Credentials.read(folder), folder.authorityCertificate());
            steps.run("sample image registered", () -> register(disk, clients, client));
        }
    }

    private String register(Path disk, AwsClients clients, StatusClient client) {
        try {
            return sample.register(disk, clients, client);
        } catch (IOException | SdkException e) {
            throw new OperatorException(
                    "the sample image could not be registered: " + e.getMessage(),
                    "Read cloud-controller.log and walrus.log in " + folder.logs() + ", or run up --no-sample-image.",
                    e);
        }
    }

    private Settings firstSettings(PortClaims claims) {
        var hypervisor = HypervisorChoice.of(options.hypervisor(), machine);
        steps.note("hypervisor: " + hypervisor.name() + " (" + hypervisor.reason() + ")"
                + (hypervisor.name().equals(HypervisorChoice.SIMULATED) ? ": instances are only pretended" : ""));
        var settings = new FirstSettings(folder, options, machine, claims).choose(hypervisor);
        settings.save(folder);
        settings.furtherZones().forEach(zone -> new ZoneServer(folder, zone, Clock.systemUTC()).make(settings));
        return settings;
    }

    /** Beyond loopback the door speaks HTTPS; plain HTTP only for those who ask for it by name. */
    private void checkReachable(Settings settings) {
        if (!Loopback.is(settings.endpoint(Settings.API).host()) && !settings.secure()) {
            steps.note("warning: plain HTTP beyond this machine: requests can be read and replayed on the way");
        }
    }

    private void checkPorts(Settings settings) {
        for (var key : settings.listensOn()) {
            var endpoint = settings.endpoint(key);
            if (Loopback.is(endpoint.host()) && !machine.portFree(endpoint.host(), endpoint.port())) {
                throw new OperatorException(
                        "port " + endpoint.port() + " (" + key + ") is taken by "
                                + PortOwner.of(endpoint.port()).orElse("another program"),
                        "End that program, or write another port into " + folder.settings() + ".");
            }
        }
    }

    private Settings startHostsOfOurs(Settings settings) throws Exception {
        var namespaces = settings.value(Settings.NAMESPACE_HOSTS);
        if (namespaces.isPresent()) {
            steps.run(namespaces.get() + " hosts in namespaces", () -> {
                scripts.startHosts(Integer.parseInt(namespaces.get()), settings);
                return true;
            });
            return settings;
        }
        var ours = settings.value(Settings.LIBVIRT_URI).isEmpty() || Files.exists(folder.libvirt());
        if (settings.simulated()
                || !settings.roles().contains(RoleName.NODE_CONTROLLER)
                || !ours
                || !Files.exists(folder.libvirt()) && machine.libvirtAnswers()) {
            return settings;
        }
        var uri = steps.run("private libvirtd", scripts::startLibvirt);
        var nbdTls = folder.libvirt().resolve("etc/nbd-tls");
        var changed = settings.with(Map.of(Settings.LIBVIRT_URI, uri, Settings.NBD_TLS_FOLDER, nbdTls.toString()));
        changed.save(folder);
        return changed;
    }

    private void startNamespaceNodes(Settings settings, StatusClient client) throws Exception {
        var count =
                settings.value(Settings.NAMESPACE_HOSTS).map(Integer::parseInt).orElse(0);
        if (count == 0) {
            return;
        }
        steps.run(count + " Node Controllers joined", () -> {
            for (int host = 1; host <= count; host++) {
                new NamespaceNode(folder, settings, scripts, host).start(client);
            }
            return true;
        });
    }

    /** Of the cloud's own zone. */
    private static int hosts(Settings settings) {
        var local = settings.roles().contains(RoleName.NODE_CONTROLLER) ? "1" : "0";
        return settings.value(Settings.NAMESPACE_HOSTS).isPresent()
                ? ZoneServers.namespaceHosts(settings, settings.value(Settings.ZONE, ""))
                : Integer.parseInt(settings.value(Settings.SIMULATED_HOSTS, local));
    }

    private boolean wantsImage() {
        return options.sampleImage() && sample.id().isEmpty();
    }

    private static <T> FutureTask<T> inBackground(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().name("sample-image").start(task);
        return task;
    }

    private static Path result(FutureTask<Path> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case OperatorException known -> throw known;
                case IOException io -> throw new UncheckedIOException(io);
                case null, default -> throw new IllegalStateException("the sample image could not be built", e);
            }
        }
    }
}
