/**
 * Carries a guest's move from host to host: {@link io.coppice.node.move.MoveRoad} on the host that it leaves,
 * {@link io.coppice.node.move.MoveGate} on the one that it comes to. Between them is TLS by which both hosts prove who they are; at
 * both ends are the Unix sockets that libvirt and QEMU know. Nothing else of a move listens on a network.
 */
@NullMarked
package io.coppice.node.move;

import org.jspecify.annotations.NullMarked;
