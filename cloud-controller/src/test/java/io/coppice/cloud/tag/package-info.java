/** Tests: tags. */
@NullMarked
package io.coppice.cloud.tag;

import org.jspecify.annotations.NullMarked;
