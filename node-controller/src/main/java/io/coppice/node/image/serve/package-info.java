/**
 * The process that serves one image while it arrives: NBD to the guests' QEMU, HTTP ranges from the image's store. It needs
 * nothing but Java and {@code AuthorityTrust}, and outlives the Node Controller that started it.
 */
@NullMarked
package io.coppice.node.image.serve;

import org.jspecify.annotations.NullMarked;
