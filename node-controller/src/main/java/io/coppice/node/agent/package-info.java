/**
 * The agent of one host: its session with the Cluster Controller and one actor per VM.
 */
@NullMarked
package io.coppice.node.agent;

import org.jspecify.annotations.NullMarked;
