package io.coppice.node.hypervisor;

import java.nio.file.Path;

/**
 * Where a guest goes. Everything between the two hypervisors passes Unix sockets, so nothing listens on a network: who wants to
 * cross one has to carry these sockets, and to say who may. Source: libvirt, "Guest migration", section "Migration over UNIX
 * sockets".
 *
 * @param libvirtUri how this host's libvirt reaches that of the other one
 * @param memory socket on which the other host's QEMU takes the memory; it makes it
 * @param disk socket on which it takes the root disk; it makes it
 * @param host marks the domain as that of the other host's agent
 * @param rootDisk the file on the other host: an overlay that nothing was written to, over the same image
 * @param consoleLog the file on the other host
 */
public record MoveTarget(String libvirtUri, Path memory, Path disk, HostId host, Path rootDisk, Path consoleLog) {}
