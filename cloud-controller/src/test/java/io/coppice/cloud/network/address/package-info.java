/** Tests. */
@NullMarked
package io.coppice.cloud.network.address;

import org.jspecify.annotations.NullMarked;
