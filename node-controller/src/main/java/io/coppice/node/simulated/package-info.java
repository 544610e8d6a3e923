/**
 * A host that only pretends: every seam of {@link io.coppice.node.agent.HostDrivers} in memory, with small files for what
 * must outlive the process. Behaviour and faults are data ({@link io.coppice.node.simulated.SimulationPlan}); agent,
 * session and actors above it are the real ones, so that thousands of hosts fit into one JVM.
 */
@NullMarked
package io.coppice.node.simulated;

import org.jspecify.annotations.NullMarked;
