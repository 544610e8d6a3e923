/** Tests. */
@NullMarked
package io.coppice.cloud.network.group;

import org.jspecify.annotations.NullMarked;
