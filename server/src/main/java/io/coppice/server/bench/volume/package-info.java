/** What {@code coppice bench volumes} does: volumes of the local backend, measured beside files on the same disk. */
@NullMarked
package io.coppice.server.bench.volume;

import org.jspecify.annotations.NullMarked;
