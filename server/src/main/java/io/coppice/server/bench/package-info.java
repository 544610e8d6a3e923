/** Measures a running cloud against named limits; prints, never asserts. */
@NullMarked
package io.coppice.server.bench;

import org.jspecify.annotations.NullMarked;
