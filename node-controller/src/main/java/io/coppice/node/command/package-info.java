/**
 * Runs the host's own programs (ip, nft, dnsmasq, qemu): argument arrays, a time limit, bounded output, never a shell. Makes the few
 * calls into the kernel that no such program makes.
 */
@NullMarked
package io.coppice.node.command;

import org.jspecify.annotations.NullMarked;
