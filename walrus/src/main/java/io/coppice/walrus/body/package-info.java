/**
 * Bodies of requests on their way from the socket to a blob: back-pressure, the {@code aws-chunked} coding, digests.
 */
@NullMarked
package io.coppice.walrus.body;

import org.jspecify.annotations.NullMarked;
