package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Domain;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import org.jspecify.annotations.Nullable;

/** What a restarted agent can say of an instance by looking only. */
final class Sightings {
    private Sightings() {}

    /** A guest of this cloud about which no wish is known here: reported as it is, never touched. */
    static Observation.Builder ofUnknown(Domain domain) {
        return Observation.newBuilder()
                .setInstanceId(domain.instance().value())
                .setGeneration(domain.generation())
                .setRebootCount(domain.rebootCount())
                .setPhase(phaseOf(domain));
    }

    /** A disk without a domain and without a wish: generation 0 says that nothing is known. */
    static Observation.Builder ofDiskOnly(InstanceId instance) {
        return Observation.newBuilder().setInstanceId(instance.value()).setPhase(Phase.PHASE_STOPPED);
    }

    /** An instance whose wish is known. */
    static Observation.Builder ofKnown(DesiredInstance wish, @Nullable Domain domain, VmRecord record) {
        if (domain == null) {
            var phase = record.progress().hasRun() ? Phase.PHASE_STOPPED : Phase.PHASE_PREPARING;
            return record.observation(wish, wantsRunning(wish) ? Phase.PHASE_PREPARING : phase);
        }
        var generation = Math.max(domain.generation(), record.progress().startedGeneration());
        if (Launcher.runs(domain)) {
            return record.observation(wish, Phase.PHASE_RUNNING).setGeneration(generation);
        }
        if (!wantsRunning(wish)) {
            return record.observation(wish, Phase.PHASE_STOPPED).setGeneration(generation);
        }
        return record.ranSinceHostBoot(wish.getGeneration())
                ? record.observation(wish, Phase.PHASE_STOPPED).setGuestInitiated(true)
                : record.observation(wish, Phase.PHASE_STARTING);
    }

    private static boolean wantsRunning(DesiredInstance wish) {
        return wish.getPower() == PowerState.POWER_STATE_RUNNING;
    }

    private static Phase phaseOf(Domain domain) {
        return Launcher.runs(domain) ? Phase.PHASE_RUNNING : Phase.PHASE_STOPPED;
    }
}
