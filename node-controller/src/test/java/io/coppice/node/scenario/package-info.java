/**
 * Stories of a whole zone: a real Cluster Controller and real agents over mutual TLS, on simulated hosts.
 */
@NullMarked
package io.coppice.node.scenario;

import org.jspecify.annotations.NullMarked;
