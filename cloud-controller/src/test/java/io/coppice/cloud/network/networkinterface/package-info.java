/** Tests. */
@NullMarked
package io.coppice.cloud.network.networkinterface;

import org.jspecify.annotations.NullMarked;
