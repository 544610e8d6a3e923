/**
 * Route tables, their routes and which subnets they decide for.
 */
@NullMarked
package io.coppice.cloud.network.routetable;

import org.jspecify.annotations.NullMarked;
