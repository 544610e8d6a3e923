package io.coppice.cloud.front;

import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.identity.AuthorityService;
import io.coppice.cloud.identity.Bootstrap;
import io.coppice.cloud.identity.IdentityService;
import io.coppice.cloud.identity.OperatorTokens;
import io.coppice.cloud.peer.FailureGate;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.foundation.undo.Undo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The Cloud Controller as the process sees it: certificates, first accounts, gRPC, background tasks, then the users' door.
 * Parts are asked for only when the role starts, so a process without it makes no key and no table.
 */
@ApplicationScoped
public class CloudControllerRole implements Role {
    private static final Logger LOG = Logger.getLogger(CloudControllerRole.class);

    private final SiteConfig site;
    private final UsersDoor usersDoor;
    private final Instance<BackgroundTask> tasks;
    private final Instance<Parts> parts;
    private @Nullable Undo running;

    CloudControllerRole(SiteConfig site, UsersDoor usersDoor, Instance<BackgroundTask> tasks, Instance<Parts> parts) {
        this.site = site;
        this.usersDoor = usersDoor;
        this.tasks = tasks;
        this.parts = parts;
    }

    @Override
    public RoleName name() {
        return RoleName.CLOUD_CONTROLLER;
    }

    @Override
    public synchronized void start() {
        if (running != null) {
            return;
        }
        var undo = Undo.begin();
        try {
            startParts(undo);
            running = undo;
        } finally {
            if (running == null) {
                undo.close();
            }
        }
    }

    @Override
    public synchronized void stop() {
        var started = running;
        running = null;
        if (started != null) {
            started.close();
        }
    }

    @Override
    public synchronized RoleHealth health() {
        if (running == null) {
            return RoleHealth.notReady("the Cloud Controller is not up");
        }
        var states = new TreeMap<String, String>();
        tasks.forEach(task -> states.putAll(task.state()));
        var summary = new StringBuilder("serves users");
        states.forEach(
                (what, state) -> summary.append("; ").append(what).append(": ").append(state));
        states.put("api", site.endpoints().api());
        states.put("grpc", site.endpoints().cloud());
        return RoleHealth.ready(summary.toString(), states);
    }

    private void startParts(Undo undo) {
        var wired = parts.get();
        var identity = new PeerIdentity(PeerKind.CLOUD_CONTROLLER, RoleName.CLOUD_CONTROLLER.longName());
        var tls = RolePki.keep(site.dataDir(), identity, Clock.systemUTC());
        wired.identity().bootstrap().run();
        var address = Address.parse(site.endpoints().cloud());
        try {
            var server = RpcServer.listeningOn(address, tls)
                    .offer(FailureGate.around(wired.identity().identity()), PeerKind.WALRUS, PeerKind.EBS_CONTROLLER)
                    .offer(FailureGate.around(wired.identity().authority()), PeerKind.CLUSTER_CONTROLLER)
                    .start();
            undo.add("stop the gRPC server", server::close);
        } catch (IOException e) {
            throw new RoleStartException(
                    "the Cloud Controller cannot listen on " + address + ": " + e.getMessage(),
                    "free the port, or choose another one with coppice.endpoints.cloud",
                    e);
        }
        tasks.stream().sorted(Comparator.comparing(BackgroundTask::name)).forEach(task -> {
            undo.add("stop " + task.name(), task::stop);
            task.start();
            LOG.debugf("started %s", task.name());
        });
        usersDoor.open(wired.door(), wired.nodeTokens());
        undo.add("close the door", usersDoor::close);
    }

    /** Everything that is made when the role starts. */
    record Parts(IdentityParts identity, FrontDoor door, NodeTokensRoute nodeTokens) {}

    /**
     * What identity brings.
     *
     * @param certificates made first of all, because the other roles' certificates come from it
     * @param operatorTokens made here, so that the command line finds its token from the first start on
     */
    record IdentityParts(
            CertificateAuthority certificates,
            OperatorTokens operatorTokens,
            Bootstrap bootstrap,
            IdentityService identity,
            AuthorityService authority) {}
}
