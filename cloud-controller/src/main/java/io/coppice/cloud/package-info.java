/**
 * The Cloud Controller.
 */
@NullMarked
package io.coppice.cloud;

import org.jspecify.annotations.NullMarked;
