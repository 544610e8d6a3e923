/**
 * Where the bytes of volumes live. {@link io.coppice.ebs.backend.VolumeBackend} is the seam.
 */
@NullMarked
package io.coppice.ebs.backend;

import org.jspecify.annotations.NullMarked;
