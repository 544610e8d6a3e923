package io.coppice.cluster;

import io.coppice.cluster.ClusterController.Site;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Cluster Controller as a role of a process. */
@ApplicationScoped
public class ClusterControllerRole implements Role {
    private final SiteConfig site;
    private final ClusterConfig config;
    private volatile @Nullable ClusterController controller;

    /** Takes the process's configuration; nothing is opened before {@link #start}. */
    public ClusterControllerRole(SiteConfig site, ClusterConfig config) {
        this.site = site;
        this.config = config;
    }

    @Override
    public RoleName name() {
        return RoleName.CLUSTER_CONTROLLER;
    }

    @Override
    public void start() {
        var identity = RolePki.identity(name(), site.region(), site.zone());
        var clock = Clock.systemUTC();
        var tls = RolePki.keep(site.dataDir(), identity, clock);
        var place = new Site(
                site.zone(),
                Address.parse(site.endpoints().cluster()),
                Address.parse(site.endpoints().cloud()),
                site.dataDir().resolve("cluster"));
        try {
            controller = ClusterController.start(place, config, tls, clock);
        } catch (IOException e) {
            throw new RoleStartException(
                    "the Cluster Controller cannot listen on " + place.listen() + ": " + e.getMessage(),
                    "free that port, or set coppice.endpoints.cluster to another one",
                    e);
        } catch (IllegalArgumentException e) {
            throw new RoleStartException(
                    String.valueOf(e.getMessage()), "correct the key coppice.cluster.scheduler", e);
        }
    }

    @Override
    public void stop() {
        var running = controller;
        controller = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public RoleHealth health() {
        var running = controller;
        if (running == null) {
            return RoleHealth.notReady("not started");
        }
        var hosts = running.hosts();
        return RoleHealth.ready(
                hosts.up() + " of " + hosts.known() + " hosts are up",
                Map.of("hosts", Integer.toString(hosts.known()), "hosts-up", Integer.toString(hosts.up())));
    }
}
