/**
 * Chooses hosts for instances: the policies and what they see of hosts.
 */
@NullMarked
package io.coppice.cluster.schedule;

import org.jspecify.annotations.NullMarked;
