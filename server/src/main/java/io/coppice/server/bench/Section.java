package io.coppice.server.bench;

/** What can be measured by itself; the constants are what one types. */
public enum Section {
    /** A warm {@code up}, from the command to its end. */
    start,
    /** What the server process holds in memory when idle. */
    memory,
    /** How soon RunInstances answers. */
    api,
    /** How soon after that answer QEMU runs. */
    launch,
    /** How soon the guest answers on SSH, against a guest started by hand. */
    ssh
}
