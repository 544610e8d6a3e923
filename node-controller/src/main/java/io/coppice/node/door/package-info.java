/**
 * Where other hosts of the cloud come in: one listener for all that hosts say to each other, by TLS with which both prove who they
 * are. Who comes in is led by its first byte to the part that it speaks to, a move of a guest or an image.
 */
@NullMarked
package io.coppice.node.door;

import org.jspecify.annotations.NullMarked;
