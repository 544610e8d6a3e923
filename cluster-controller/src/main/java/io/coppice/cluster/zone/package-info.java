/**
 * What the zone knows: hosts, instances, what was wished and what was seen. Everything in it can be rebuilt from hosts and Cloud Controller.
 */
@NullMarked
package io.coppice.cluster.zone;

import org.jspecify.annotations.NullMarked;
