/**
 * The S3 door: {@link io.coppice.walrus.http.S3Server} reads requests off the socket, {@code S3Dispatcher} finds who
 * asks and what for, and one class per family of operations does it.
 */
@NullMarked
package io.coppice.walrus.http;

import org.jspecify.annotations.NullMarked;
