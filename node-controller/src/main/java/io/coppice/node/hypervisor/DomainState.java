package io.coppice.node.hypervisor;

/** What a domain does. */
public enum DomainState {
    RUNNING,
    /** Held by the hypervisor, for example on a disk error; its memory is kept. */
    PAUSED,
    SHUT_OFF
}
