/**
 * Root disks of instances: thin overlays over cached images.
 */
@NullMarked
package io.coppice.node.disk;

import org.jspecify.annotations.NullMarked;
