/** Tests: requests for tests. */
@NullMarked
package io.coppice.cloud.front;

import org.jspecify.annotations.NullMarked;
