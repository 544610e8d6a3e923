/**
 * Disks that come from objects and go to objects: fetched, looked at before anything opens them, converted by qemu-img
 * within limits, and sent. Nothing of a transfer outlives the process; who wants it asks again.
 */
@NullMarked
package io.coppice.ebs.transfer;

import org.jspecify.annotations.NullMarked;
