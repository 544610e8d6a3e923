/**
 * The Cluster Controller of one availability zone.
 */
@NullMarked
package io.coppice.cluster;

import org.jspecify.annotations.NullMarked;
