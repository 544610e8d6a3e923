/**
 * Runs the host's own programs (ip, nft, dnsmasq, qemu): argument arrays, a time limit, bounded output, never a shell.
 */
@NullMarked
package io.coppice.node.command;

import org.jspecify.annotations.NullMarked;
