package io.coppice.cluster;

import io.coppice.cluster.zone.ZoneSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;

/** How this process runs its availability zone. */
@ConfigMapping(prefix = "coppice.cluster")
public interface ClusterConfig {
    /** How hosts are chosen: {@code first-fit} fills one after the other, {@code round-robin} takes turns. */
    @WithDefault("first-fit")
    String scheduler();

    /** Whether a process with the certificate {@code simulated} may stand for many hosts. */
    @WithDefault("true")
    boolean allowSimulatedHosts();

    /** Time between two heartbeats of a host, whole seconds. */
    @WithDefault("2s")
    Duration heartbeat();

    /** Silence after which a host counts as unreachable. */
    @WithDefault("10s")
    Duration unreachableAfter();

    /** Longest wait after a start for the hosts that the zone had before; nothing is placed anew meanwhile. */
    @WithDefault("5s")
    Duration settle();

    /** How long the host that holds a stopped instance may be missing before the user is told. */
    @WithDefault("60s")
    Duration unknownHostAfter();

    /** Wait before a wish is sent again that its host has not confirmed; doubles with every time, up to 16 times. */
    @WithDefault("5s")
    Duration redeliverAfter();

    /** Hosts that the zone takes. */
    @WithDefault("10000")
    int maxHosts();

    /** Instances that the zone takes. */
    @WithDefault("200000")
    int maxInstances();

    /** VPCs that the zone takes. */
    @WithDefault("100000")
    int maxNetworks();

    /** Events that are kept for watches to resume. */
    @WithDefault("100000")
    int eventLog();

    /** Messages that may wait for one session of hosts; more end the session. */
    @WithDefault("16384")
    int sessionQueue();

    /** Room for what hosts have counted of recorded flows and nobody has taken yet, bytes. */
    @WithDefault("67108864")
    long flowReportBytes();

    /** Silence on a watch after which a sign of life is sent. */
    @WithDefault("5s")
    Duration keepAlive();

    /** How long a host may take to answer with console bytes. */
    @WithDefault("5s")
    Duration consoleTimeout();

    /** Most console bytes of one answer. */
    @WithDefault("262144")
    int consoleMaxBytes();

    /** Console requests at the same time. */
    @WithDefault("64")
    int consoleRequests();

    /**
     * host:port of the Cluster Controllers of the cloud's other zones, by zone: they tell where interfaces are there, so that
     * VPCs reach across zones. Each zone names all others.
     */
    Map<String, String> neighbours();

    /** What of it concerns the zone itself. */
    default ZoneSettings zoneSettings(String zone) {
        return new ZoneSettings(
                zone,
                heartbeat(),
                unreachableAfter(),
                settle(),
                unknownHostAfter(),
                redeliverAfter(),
                maxHosts(),
                maxInstances(),
                maxNetworks());
    }
}
