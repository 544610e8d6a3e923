/**
 * The network that every account finds in the cloud, and how it is made again.
 */
@NullMarked
package io.coppice.cloud.network.defaults;

import org.jspecify.annotations.NullMarked;
