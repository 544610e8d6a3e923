/** Tests of filters and pages. */
@NullMarked
package io.coppice.cloud.query;

import org.jspecify.annotations.NullMarked;
