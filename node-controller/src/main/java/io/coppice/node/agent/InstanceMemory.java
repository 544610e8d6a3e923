package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an agent remembers of its instances over a restart. Whatever is kept is whole or as it was before, wherever the agent
 * is cut off. Thread-safe for different instances.
 */
public interface InstanceMemory {
    /**
     * How far this host has come with an instance.
     *
     * @param startedGeneration the last generation whose guest was seen running, 0 when there was none
     * @param hostBoot the host's own start during which that was, empty when there was none
     * @param reboots the highest reboot count that was carried out
     */
    record Progress(long startedGeneration, String hostBoot, long reboots) {
        /** Of an instance that was never seen running here. */
        public static final Progress NONE = new Progress(0, "", 0);

        /** Whether a guest ever ran, so that the disk holds a user's data. */
        boolean hasRun() {
            return startedGeneration > 0;
        }

        Progress withReboots(long count) {
            return new Progress(startedGeneration, hostBoot, count);
        }

        Progress withStart(long generation, String boot) {
            return new Progress(generation, boot, reboots);
        }
    }

    /** Every instance of which anything is remembered. */
    List<InstanceId> instances() throws IOException;

    /** What was last kept of what is desired. */
    Optional<DesiredInstance> desired(InstanceId instance) throws IOException;

    /** Keeps what is desired; when it returns, that is as durable as this host's memory is. */
    void keep(DesiredInstance desired) throws IOException;

    /** What was last kept of the progress; {@link Progress#NONE} when nothing was. */
    Progress progress(InstanceId instance) throws IOException;

    /** Keeps the progress: survives a crash of the agent at once, and a power cut after {@link #forceProgress}. */
    void keep(InstanceId instance, Progress progress) throws IOException;

    /** Returns once the last progress that was kept is as durable as this host's memory is. */
    void forceProgress(InstanceId instance) throws IOException;

    /** Whether the guest was frozen when the agent ended, as far as it noted that. */
    boolean isFrozen(InstanceId instance) throws IOException;

    /** Notes that the guest is about to be frozen, or is not any more: survives a crash of the agent at once. */
    void keepFrozen(InstanceId instance, boolean frozen) throws IOException;

    /** Where a hypervisor that writes files collects the guest's console. */
    Path consoleLog(InstanceId instance);

    /** The newest bytes of the guest's console, at most so many. */
    Console console(InstanceId instance, int maxBytes) throws IOException;

    /**
     * What a guest has written to its first serial port.
     *
     * @param writtenAtMillis since 1970, of the newest byte; 0 when it has written nothing
     */
    record Console(ByteString newest, long writtenAtMillis) {
        /** Of a guest that has written nothing. */
        public static final Console EMPTY = new Console(ByteString.EMPTY, 0);
    }

    /** Forgets all of the instance, its console too. Does nothing when nothing is remembered. */
    void remove(InstanceId instance) throws IOException;
}
