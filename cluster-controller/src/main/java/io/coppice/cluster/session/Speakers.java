package io.coppice.cluster.session;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;

/**
 * Who may speak for which host: a certificate speaks for the host that it names, and the one of a simulation for all.
 *
 * @param allowSimulated whether the zone has simulated hosts at all
 */
public record Speakers(boolean allowSimulated) {
    /** The name in the certificate of a process that stands for many hosts. */
    public static final String SIMULATED = "simulated";

    /** Whether this caller may speak for this host. */
    public boolean maySpeak(PeerIdentity caller, NodeId node) {
        if (caller.kind() != PeerKind.NODE) {
            return false;
        }
        return caller.name().equals(node.value())
                || (allowSimulated && caller.name().equals(SIMULATED));
    }
}
