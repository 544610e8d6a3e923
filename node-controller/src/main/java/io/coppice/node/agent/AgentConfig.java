package io.coppice.node.agent;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the agent of a host behaves. */
@ConfigMapping(prefix = "coppice.agent")
public interface AgentConfig {
    /** How long a guest may take to shut down or reboot before its power is cut. */
    @WithDefault("30s")
    Duration shutdownGrace();

    /** How often a guest is asked again to shut down: one that still boots does not hear it. */
    @WithDefault("5s")
    Duration shutdownRepeat();

    /** Guests that one host starts at the same time. */
    @WithDefault("4")
    int concurrentLaunches();

    /** Attempts at a launch that fails for a reason that may pass. */
    @WithDefault("5")
    int launchAttempts();

    /** Wait before the second attempt; doubles with every further one. */
    @WithDefault("1s")
    Duration retryFirst();

    /** Longest wait between two attempts. */
    @WithDefault("30s")
    Duration retryLongest();

    /** Time between two looks at the hypervisor for missed events. */
    @WithDefault("10s")
    Duration lookEvery();

    /** Instances that one host may hold, 1 to 4,096. */
    @WithDefault("1024")
    int maxInstances();

    /** How long flows that are recorded are counted together, whole seconds; it ends with the next look at the host. */
    @WithDefault("50s")
    Duration flowPeriod();

    /**
     * How long a guest's agent may take to freeze its file systems for a snapshot, or to thaw them, 100 ms to 1.9 s; when it takes
     * longer the snapshot is taken all the same.
     */
    @WithDefault("1500ms")
    Duration freezeAnswer();

    /** How long a guest's file systems stay frozen, up to 1 minute: then its host has them thawed, whatever it hears. */
    @WithDefault("5s")
    Duration freezeLimit();

    /** Wait before dialling the Cluster Controller again; doubles with every failure, and chance shortens it. */
    @WithDefault("500ms")
    Duration redialFirst();

    /** Longest wait before dialling again. */
    @WithDefault("10s")
    Duration redialLongest();

    /** Messages to the Cluster Controller that may wait for each host; more end the session. */
    @WithDefault("16")
    int queuePerHost();

    /** Messages that may wait in all, however few hosts there are. */
    @WithDefault("8192")
    int queueLeast();

    /** The part that concerns actors. */
    default AgentSettings agentSettings() {
        return new AgentSettings(
                shutdownGrace(),
                shutdownRepeat(),
                concurrentLaunches(),
                launchAttempts(),
                retryFirst(),
                retryLongest(),
                lookEvery(),
                flowPeriod(),
                new FreezeLimits(freezeAnswer(), freezeLimit()),
                maxInstances());
    }

    /** The part that concerns the session. */
    default LinkSettings linkSettings() {
        return new LinkSettings(redialFirst(), redialLongest(), queuePerHost(), queueLeast());
    }
}
