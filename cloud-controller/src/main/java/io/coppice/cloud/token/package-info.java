/**
 * Client tokens: requests that were sent again are answered with what the first one made.
 */
@NullMarked
package io.coppice.cloud.token;

import org.jspecify.annotations.NullMarked;
