/**
 * The AWS wire as data: what every AWS-facing service shares.
 */
@NullMarked
package io.coppice.wire;

import org.jspecify.annotations.NullMarked;
