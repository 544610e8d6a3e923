/**
 * Disks that QEMU opens for this process: {@code OpenDisk} runs qemu-nbd for one disk and reads and writes it at any place.
 */
@NullMarked
package io.coppice.ebs.nbd;

import org.jspecify.annotations.NullMarked;
