/**
 * The door for the Cloud Controller: apply, watch, console, hosts.
 */
@NullMarked
package io.coppice.cluster.control;

import org.jspecify.annotations.NullMarked;
