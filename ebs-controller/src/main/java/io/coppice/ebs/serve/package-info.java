/**
 * Serves volumes to guests: one process for each volume in use, so that the death of one hurts no other.
 */
@NullMarked
package io.coppice.ebs.serve;

import org.jspecify.annotations.NullMarked;
