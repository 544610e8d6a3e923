package io.coppice.cloud.volume;

import java.util.Collection;
import java.util.Optional;

/** Has guests hold their file systems still. Thread-safe. */
public interface GuestFreezer {
    /**
     * Has the agent of a running guest freeze the file systems on these of its volumes, or all of them where it does not tell which
     * these are. Empty, without asking anybody, when the guest has no agent. Takes
     * about two seconds at most and throws nothing, whatever the guest does; the host thaws the guest by itself soon, should
     * {@link Freeze#end} never come.
     */
    Optional<Freeze> freeze(String instanceId, Collection<String> volumeIds);

    /** A guest that was asked to hold still. */
    interface Freeze {
        /** Lets the guest go on, and tells what was. To be called once; takes about two seconds at most and throws nothing. */
        Outcome end();
    }

    /** Whether file systems stood still. */
    sealed interface Outcome {
        /**
         * They did, from the freeze to its end, by the word of the guest's agent.
         *
         * @param fileSystems how many, 1 or more
         */
        record Frozen(int fileSystems) implements Outcome {}

        /**
         * They did not, or not for all the time.
         *
         * @param why for operators
         */
        record NotFrozen(String why) implements Outcome {}
    }
}
