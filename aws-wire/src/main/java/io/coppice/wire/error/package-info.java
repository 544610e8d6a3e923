/**
 * Errors as AWS services answer them.
 */
@NullMarked
package io.coppice.wire.error;

import org.jspecify.annotations.NullMarked;
