/** What can be told of disks that tenants made, before any program opens them. */
@NullMarked
package io.coppice.foundation.disk;

import org.jspecify.annotations.NullMarked;
