/**
 * Subjects of EC2 that this cloud does not have, as data: their lists are empty and what is named does not exist.
 */
@NullMarked
package io.coppice.cloud.absent;

import org.jspecify.annotations.NullMarked;
