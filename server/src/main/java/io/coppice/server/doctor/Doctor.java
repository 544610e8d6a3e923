package io.coppice.server.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.foundation.role.RoleName;
import io.coppice.server.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Examines a cloud and its machine. Changes nothing. Every finding that is not good names its fix. */
public final class Doctor {
    private static final int NEEDED_JAVA = 25;
    private static final long GIB = 1L << 30;
    private static final long NEEDED_DISK = 2 * GIB;
    private static final long NEEDED_MEMORY = GIB / 2;
    private static final Duration AUTHORITY_WARNING = Duration.ofDays(90);

    private final Probes probes;
    private final Optional<Settings> settings;

    /** @param settings those of the cloud; empty before its first {@code up} */
    public Doctor(Probes probes, Optional<Settings> settings) {
        this.probes = probes;
        this.settings = settings;
    }

    /** All findings, good ones too, in the order a person would look. */
    public List<Finding> examine() {
        var findings =
                new ArrayList<>(List.of(java(), privileges(), programs(), kvm(), folder(), disk(), memory(), clock()));
        if (settings.isEmpty()) {
            findings.add(Finding.bad("cloud", "there is none in this folder", "Make one with \"./coppice up\"."));
            return List.copyOf(findings);
        }
        findings.add(settingsFile());
        siteNetwork().ifPresent(findings::add);
        findings.add(authority());
        probes.externalDatabase().ifPresent(answers -> findings.add(externalDatabase(answers)));
        findings.add(process());
        findings.addAll(probes.serverPid().isPresent() ? running() : stopped());
        return List.copyOf(findings);
    }

    private List<Finding> running() {
        var findings = new ArrayList<Finding>();
        probes.postgres()
                .ifPresent(up -> findings.add(
                        up
                                ? Finding.good("postgresql", "runs")
                                : Finding.bad("postgresql", "does not run", "Restart: ./coppice down, then up.")));
        var status = probes.status();
        if (status.isEmpty()) {
            findings.add(Finding.bad(
                    "door",
                    "the server runs but its door does not answer",
                    "Wait if it is just starting; else read server.log (./coppice logs) and restart."));
            return findings;
        }
        status.get().path("roles").properties().forEach(role -> findings.add(role(role.getKey(), role.getValue())));
        findings.add(hosts(status.get()));
        findings.add(libvirt());
        findings.add(
                probes.sampleImage().isPresent()
                        ? Finding.good("sample image", probes.sampleImage().get())
                        : Finding.bad("sample image", "not registered", "./coppice down, then up registers it."));
        return findings;
    }

    private List<Finding> stopped() {
        var findings = new ArrayList<Finding>();
        for (var key : settings.orElseThrow().listensOn()) {
            var port = settings.orElseThrow().endpoint(key).port();
            probes.portOwner(key)
                    .ifPresent(owner -> findings.add(Finding.bad(
                            "port " + port,
                            key + " is taken by " + owner,
                            "End that program, or write another port into config/coppice.properties.")));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.good("ports", "all free"));
        }
        var bridge = settings.orElseThrow().value(Settings.BRIDGE, "");
        if (probes.device(bridge)) {
            findings.add(Finding.bad(
                    "bridge",
                    bridge + " is there though the cloud is down: guests may still run",
                    "./coppice up to go on with them, or ./coppice down --all to end them."));
        }
        return findings;
    }

    private Finding java() {
        var version = probes.javaVersion();
        return version >= NEEDED_JAVA
                ? Finding.good("java", "version " + version)
                : Finding.bad("java", "version " + version, "Install a JDK 25 and set JAVA_HOME to it.");
    }

    private Finding privileges() {
        return probes.root() || !wantsRealGuests()
                ? Finding.good("privileges", probes.root() ? "root" : "plain user, which is enough for simulated hosts")
                : Finding.bad("privileges", "not root", "Real guests need root: run with sudo.");
    }

    private Finding programs() {
        var missing = probes.missingPrograms();
        return missing.isEmpty() || !wantsRealGuests()
                ? Finding.good("packages", missing.isEmpty() ? "all installed" : "not needed by simulated hosts")
                : Finding.bad(
                        "packages",
                        "missing: " + String.join(", ", missing),
                        "Run ./coppice up as root, or install the packages in deploy/packages.txt.");
    }

    private Finding kvm() {
        // Its absence is slow, not wrong.
        return Finding.good(
                "kvm",
                probes.kvmDevice()
                        ? "/dev/kvm is there; the Node Controller tries whether it works"
                        : "no /dev/kvm: guests run in emulation, which is slow");
    }

    private Finding folder() {
        return probes.folderWritable()
                ? Finding.good("data folder", "writable")
                : Finding.bad(
                        "data folder",
                        "cannot be written to by this user, or its file system is read-only",
                        "Run as the folder's owner, mount it writable, or name another one with --data DIR.");
    }

    private Finding settingsFile() {
        return probes.settingsProblem()
                .map(problem -> Finding.bad("settings", String.valueOf(problem.getMessage()), problem.fix()))
                .orElseGet(() -> Finding.good("settings", "every key is known"));
    }

    /** The device that leads to a network of the site's, where this machine has guests in one. */
    private Optional<Finding> siteNetwork() {
        var known = settings.orElseThrow();
        if (!known.networkMode().onSiteNetwork()
                || known.simulated()
                || !known.roles().contains(RoleName.NODE_CONTROLLER)) {
            return Optional.empty();
        }
        var uplink = known.value(Settings.UPLINK, "");
        return Optional.of(
                probes.device(uplink)
                        ? Finding.good("network", uplink + " leads to the site's network")
                        : Finding.bad(
                                "network",
                                "no device \"" + uplink + "\" leads to the site's network",
                                "Write the device's name as " + Settings.UPLINK + " into config/coppice.properties."));
    }

    private Finding externalDatabase(boolean answers) {
        var where = settings.orElseThrow().value(Settings.DATABASE_URL, "");
        return answers
                ? Finding.good("database", "takes connections")
                : Finding.bad(
                        "database",
                        "nothing takes connections at " + where,
                        "Start that PostgreSQL, or correct " + Settings.DATABASE_URL + " in the settings.");
    }

    private Finding disk() {
        var free = probes.freeDiskBytes();
        var seen = free / GIB + " GiB free";
        return free >= NEEDED_DISK
                ? Finding.good("disk", seen)
                : Finding.bad("disk", seen, "Free at least 2 GiB on the data folder's file system.");
    }

    private Finding memory() {
        var available = probes.availableMemoryBytes();
        var seen = (available >> 20) + " MiB available";
        return available >= NEEDED_MEMORY
                ? Finding.good("memory", seen)
                : Finding.bad("memory", seen, "End other programs: the server needs 512 MiB and guests their own.");
    }

    private Finding clock() {
        if (probes.authorityBegin().filter(begin -> begin.isAfter(probes.now())).isPresent()) {
            return Finding.bad(
                    "clock",
                    "is behind the time when this cloud was made: certificates and signatures do not count yet",
                    "Set the clock right, for example with chronyd -q, then ./coppice down and up.");
        }
        var synchronizedClock = probes.clockSynchronized();
        return synchronizedClock.orElse(true)
                ? Finding.good("clock", synchronizedClock.isPresent() ? "synchronized" : "cannot be told")
                : Finding.bad(
                        "clock",
                        "not synchronized: signatures fail when it is 15 minutes off",
                        "Install chrony or systemd-timesyncd.");
    }

    private Finding authority() {
        var end = probes.authorityEnd();
        if (end.isEmpty()) {
            return Finding.good("certificate authority", "none yet");
        }
        return end.get().isAfter(probes.now().plus(AUTHORITY_WARNING))
                ? Finding.good("certificate authority", "valid until " + end.get())
                : Finding.bad(
                        "certificate authority",
                        "ends at " + end.get(),
                        "Stop the cloud, move pki/ away, start it, and let hosts join anew.");
    }

    private Finding process() {
        var pid = probes.serverPid();
        if (pid.isPresent()) {
            return Finding.good("server", "runs, pid " + pid.get());
        }
        return probes.stalePidFile()
                ? Finding.bad(
                        "server",
                        "ended without being asked (a pid file is left)",
                        "Read server.log; then ./coppice up.")
                : Finding.bad("server", "does not run", "Start it with \"./coppice up\".");
    }

    private Finding role(String name, JsonNode role) {
        var summary = role.path("summary").asText();
        return role.path("ready").asBoolean()
                ? Finding.good(name, summary)
                : Finding.bad(name, summary, "Read its log: ./coppice logs " + name + ".");
    }

    private Finding hosts(JsonNode status) {
        var cluster = status.path("roles").path("cluster-controller");
        if (cluster.isMissingNode() || !cluster.path("details").has("hosts-up")) {
            return Finding.good("hosts", "are counted by the Cluster Controller elsewhere");
        }
        var up = cluster.path("details").path("hosts-up").asInt();
        return up > 0
                ? Finding.good("hosts", up + " up")
                : Finding.bad("hosts", "none is up: nothing can run", "Read the log: ./coppice logs nc.");
    }

    private Finding libvirt() {
        var local = settings.orElseThrow().value(Settings.NAMESPACE_HOSTS).isEmpty();
        return !wantsRealGuests() || !local || probes.libvirt()
                ? Finding.good("libvirt", wantsRealGuests() ? "answers" : "not used")
                : Finding.bad("libvirt", "does not answer", "Restart it: ./coppice down, then up. Guests go on.");
    }

    private boolean wantsRealGuests() {
        return settings.map(known -> !known.simulated()).orElse(probes.root());
    }
}
