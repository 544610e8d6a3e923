/**
 * Imports and exports of disks: objects of the object store become snapshots and images, images become objects. A task is
 * rows here and a transfer at the EBS controller; {@link io.coppice.cloud.transfer.TaskWorker} takes it from step to step,
 * with credentials that have the rights of who asked for it and no others.
 */
@NullMarked
package io.coppice.cloud.transfer;

import org.jspecify.annotations.NullMarked;
