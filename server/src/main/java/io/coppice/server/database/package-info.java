/** PostgreSQL as a child of Coppice: unpacked, initialised, started, adopted and stopped without a package manager. */
@NullMarked
package io.coppice.server.database;

import org.jspecify.annotations.NullMarked;
