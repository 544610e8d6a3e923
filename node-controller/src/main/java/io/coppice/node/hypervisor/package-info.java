/**
 * The lowest seam: what runs guests. LibvirtHypervisor for real ones, SimulatedHypervisor for thousands in one JVM; both pass HypervisorContract.
 */
@NullMarked
package io.coppice.node.hypervisor;

import org.jspecify.annotations.NullMarked;
