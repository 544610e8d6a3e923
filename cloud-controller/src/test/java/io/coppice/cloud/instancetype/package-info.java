/** Tests: the catalogue of instance types. */
@NullMarked
package io.coppice.cloud.instancetype;

import org.jspecify.annotations.NullMarked;
