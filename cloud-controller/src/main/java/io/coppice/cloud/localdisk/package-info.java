/**
 * Disks on an instance's own host, which AWS calls instance store: what block device mappings say of them, and what comes of
 * that with an instance type. They begin empty and go when the instance stops.
 */
@NullMarked
package io.coppice.cloud.localdisk;

import org.jspecify.annotations.NullMarked;
