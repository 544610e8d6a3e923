/**
 * All roles in one process.
 */
@NullMarked
package io.coppice.server;

import org.jspecify.annotations.NullMarked;
