/** Other programs and our own background server: run with a time limit, found again by pid file, stopped in order. */
@NullMarked
package io.coppice.server.process;

import org.jspecify.annotations.NullMarked;
