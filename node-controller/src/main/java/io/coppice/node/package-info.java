/**
 * The Node Controller: serves one hypervisor host, or thousands of simulated ones. Begin with {@link
 * io.coppice.node.NodeControllerRole}.
 */
@NullMarked
package io.coppice.node;

import org.jspecify.annotations.NullMarked;
