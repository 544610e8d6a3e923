/** Tests of authorisation. */
@NullMarked
package io.coppice.cloud.access;

import org.jspecify.annotations.NullMarked;
