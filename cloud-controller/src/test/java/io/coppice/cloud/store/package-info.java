/** A real PostgreSQL for tests. */
@NullMarked
package io.coppice.cloud.store;

import org.jspecify.annotations.NullMarked;
