/** What {@code coppice bench net} does: VPCs of two hosts in namespaces, measured beside bridges and cables without them. */
@NullMarked
package io.coppice.server.bench.net;

import org.jspecify.annotations.NullMarked;
