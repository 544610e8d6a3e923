package io.coppice.server.up;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.VolumeDoor;
import io.coppice.node.agent.NodeFiles;
import io.coppice.server.StartJournal;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.cli.Steps;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/**
 * The server of a further zone on this machine: Cluster Controller, EBS controller and its simulated hosts in one process with a
 * data folder of their own. It has no authority: its certificates are issued by the cloud's, beside which it is started.
 */
final class ZoneServer {
    private static final Duration RENEW_BEFORE_EXPIRY = Duration.ofDays(60);
    /** The name in the certificate of a process that stands for several hosts. */
    private static final String SIMULATED = "simulated";

    private final DataFolder cloud;
    private final DataFolder folder;
    private final String zone;
    private final Clock clock;

    /** Of this cloud. */
    ZoneServer(DataFolder cloud, String zone, Clock clock) {
        this.cloud = cloud;
        this.folder = ZoneServers.folder(cloud, zone);
        this.zone = zone;
        this.clock = clock;
    }

    /** Makes its data folder with settings after those of the cloud. */
    void make(Settings ofCloud) {
        folder.create();
        ZoneServers.settings(ofCloud, zone).save(folder);
    }

    /** Starts it unless it runs, and returns when its roles have started. The Cloud Controller must have started once. */
    void start(Steps steps) throws IOException {
        var server = new BackgroundServer(folder);
        if (server.pid().isPresent()) {
            return;
        }
        Files.createDirectories(folder.run());
        issueCertificates(settings());
        new StartJournal(folder).begin();
        new StartWatcher(folder, steps).awaitStarted(server.start());
    }

    /** Returns when its roles are ready and its hosts are up. */
    void awaitReady(Steps steps) {
        var settings = settings();
        try (var client = new StatusClient(folder, settings)) {
            new StartWatcher(folder, steps)
                    .awaitReady(client, hosts(settings) + ZoneServers.namespaceHosts(cloudSettings(), zone));
        }
    }

    /** Of its own process; those in namespaces join it. */
    private static int hosts(Settings settings) {
        return settings.roles().contains(RoleName.NODE_CONTROLLER)
                ? Integer.parseInt(settings.value(Settings.SIMULATED_HOSTS, "1"))
                : 0;
    }

    private Settings cloudSettings() {
        return Settings.load(cloud).orElseThrow();
    }

    private Settings settings() {
        return Settings.load(folder).orElseThrow();
    }

    private void issueCertificates(Settings settings) throws IOException {
        var region = settings.value(Settings.REGION, "");
        issue(RolePki.identity(RoleName.CLUSTER_CONTROLLER, region, zone), Set.of());
        issue(RolePki.identity(RoleName.EBS_CONTROLLER, region, zone), Set.of(VolumeDoor.name(zone)));
        if (hosts(settings) > 0) {
            issue(new PeerIdentity(PeerKind.NODE, nodeName(settings)), Set.of());
        }
    }

    /** One simulated host speaks for itself, several by one name. */
    private String nodeName(Settings settings) throws IOException {
        return settings.value(Settings.SIMULATED_HOSTS, "1").equals("1")
                ? NodeFiles.nodeId(folder.root().resolve("node")).value()
                : SIMULATED;
    }

    private void issue(PeerIdentity identity, Set<String> names) throws IOException {
        var place = RolePki.folder(folder.root(), identity);
        if (TlsMaterial.exists(place)
                && TlsMaterial.load(place).endsAt().isAfter(clock.instant().plus(RENEW_BEFORE_EXPIRY))) {
            return;
        }
        CertificateAuthority.openOrCreate(RolePki.authorityFolder(cloud.root()), clock)
                .issue(identity, names)
                .save(place);
    }
}
