/** Tests: imports and exports of disks. */
@NullMarked
package io.coppice.cloud.transfer;

import org.jspecify.annotations.NullMarked;
