/**
 * Unmodified AWS tools against one simulated cloud: each is the real program or library, run as its users run it. Their
 * scripts, playbooks and configurations lie in {@code testing/clients}. A tool that is not on the machine is skipped by name.
 */
@NullMarked
package io.coppice.testing.client;

import org.jspecify.annotations.NullMarked;
