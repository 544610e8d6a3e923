/**
 * S3 on the wire: its errors ({@link io.coppice.walrus.protocol.S3Errors}) and its XML, read and written.
 */
@NullMarked
package io.coppice.walrus.protocol;

import org.jspecify.annotations.NullMarked;
